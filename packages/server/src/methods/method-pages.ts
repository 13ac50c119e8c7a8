import type { Answer } from '../sessions/route.ts'
import type { Field } from '../page-kit/fields.ts'
import type { Form, Values } from '../page-kit/form.ts'
import type { Html } from '../page-kit/html.ts'
import type { Page } from '../page-kit/page.ts'
import type { PageContext } from '../page-kit/page-context.ts'
import type { Text } from '../page-kit/text.ts'

/** The pages and forms of a method. */
export interface MethodPages {
  pages?: readonly Page[]
  /** Its entries on the pages to sign in and to sign up. */
  signIn?: readonly SignInOption[]
  /** View of its factor where a second proof is asked for. */
  factor?: FactorView
  /** The forms that stand on the sign-in and sign-up pages themselves. At most one method has them. */
  forms?: { signIn: MainForm; signUp: MainForm }
  /** Fields of a new account made for somebody, beside its address and name. */
  newAccount?: readonly Field[]
  /** Offer made after a sign-in, by the form of the page. */
  offer?: OfferAfterSignIn
}

/** A method as the sign-in page offers it. */
export interface SignInOption {
  /** Name that the browser remembers: `email-code`, `federation/google`. */
  name: string
  /** A link or a form with one button; works without JavaScript, or hides itself if it cannot. */
  view: (page: PageContext) => Html
  /** True if it also creates accounts: the sign-up page then offers it. */
  signsUp?: boolean
}

/** The page adds its address, its title and the other methods. */
export type MainForm = Omit<Form, 'path' | 'title' | 'button' | 'above'>

export interface FactorView {
  /** As in "Your account asks for a second proof: a code by mail." */
  name: Text
  /** Shown while its codes are not delivered. */
  delay?: (page: PageContext) => Html | false
  /** Replaces the field for a code. */
  answer?: FactorAnswerView
  /** View of its enrolment, at a sign-in that requires a second factor for a session. */
  enrolment?: EnrolmentView
}

/** The view above the field for the first code. */
export interface EnrolmentView {
  /** `options` are those that the factor's `enrolment.begin` returned. */
  explain: (options: Readonly<Record<string, unknown>>, page: PageContext) => Html
  hint: Text
}

/** A factor that a script answers. */
export interface FactorAnswerView extends Required<Pick<Form, 'explain' | 'attributes' | 'button'>> {
  script: Html
  /** Returns the answer that the route takes. */
  answerOf: (values: Values) => Readonly<Record<string, unknown>>
}

export interface OfferAfterSignIn {
  /** Attributes of the form, for a script that detects what the device supports. */
  attributes: Html
  /** The field in which the script reports it. The route does not get it. */
  field: string
  /** Returns the page that makes the offer; null to go on without one. */
  pathAfter: (answer: Answer, sent: Values) => string | null
}
