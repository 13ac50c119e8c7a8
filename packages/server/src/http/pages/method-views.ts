import type { Config } from '../../config/config.ts'
import type {
  FactorView,
  MainForm,
  MethodPages,
  OfferAfterSignIn,
  SignInOption,
} from '../../methods/method-pages.ts'
import type { RunningMethod } from '../../methods/method.ts'
import type { Field } from '../../page-kit/fields.ts'
import type { Page } from '../../page-kit/page.ts'
import type { Site } from '../../page-kit/site.ts'

/** The parts that all methods together contribute to the pages. */
export interface MethodViews {
  pages: readonly Page[]
  /** The options in the order in which they are offered. */
  signIn: readonly SignInOption[]
  /** Null if the pages to sign in and to sign up have options alone. */
  forms: { signIn: MainForm; signUp: MainForm } | null
  newAccount: readonly Field[]
  offer: OfferAfterSignIn | null
  /** Views by the name of the factor. A factor without a view is shown by its name, and takes a code. */
  factors: ReadonlyMap<string, FactorView>
}

/** Options stand in the order of the setting; methods that it does not name come last. */
export function composeMethodViews(
  site: Site,
  methods: readonly RunningMethod[],
  { signInMethods }: Pick<Config, 'signInMethods'>,
): MethodViews {
  const views = methods.map(({ name, factor, pages }) => ({ name, factor, view: pages?.(site) ?? noPages }))
  const rankOf = (name: string): number => [...signInMethods, name].indexOf(name)
  const ranked = views.toSorted((a, b) => rankOf(a.name) - rankOf(b.name)).map(({ view }) => view)
  return {
    pages: ranked.flatMap(({ pages = [] }) => pages),
    signIn: ranked.flatMap(({ signIn = [] }) => signIn),
    forms: ranked.find(({ forms }) => forms)?.forms ?? null,
    newAccount: ranked.flatMap(({ newAccount = [] }) => newAccount),
    offer: ranked.find(({ offer }) => offer)?.offer ?? null,
    factors: new Map(
      views.flatMap(({ factor, view }) => (factor && view.factor ? [[factor.name, view.factor]] : [])),
    ),
  }
}

const noPages: MethodPages = {}
