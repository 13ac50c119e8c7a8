import type { Answer } from '../sessions/route.ts'
import type { Field } from '../page-kit/fields.ts'
import type { Form, Values } from '../page-kit/form.ts'
import type { Html } from '../page-kit/html.ts'
import type { Page } from '../page-kit/page.ts'
import type { PageContext } from '../page-kit/page-context.ts'
import type { Text } from '../page-kit/text.ts'

/** What people see of a method. */
export interface MethodPages {
  pages?: readonly Page[]
  /** Its entries on the pages to sign in and to sign up. */
  signIn?: readonly SignInOption[]
  /** How its factor appears where a second proof is asked for. */
  factor?: FactorView
  /** The forms that stand on the pages to sign in and to sign up themselves. One method at most has them. */
  forms?: { signIn: MainForm; signUp: MainForm }
  /** What people choose when an account is made for them, beside its address and name. */
  newAccount?: readonly Field[]
  /** What is offered after a sign-in by the form of the page. */
  offer?: OfferAfterSignIn
}

/** A method as the page to sign in offers it. */
export interface SignInOption {
  /** As the browser remembers it: `email-code`, `federation/google`. */
  name: string
  /** A link or a form with one button; works without JavaScript, or hides itself where it cannot. */
  view: (page: PageContext) => Html
  /** True if it makes accounts as well: then the page to sign up offers it. */
  signsUp?: boolean
}

/** The page adds its address, its title and the other methods. */
export type MainForm = Omit<Form, 'path' | 'title' | 'button' | 'above'>

export interface FactorView {
  /** As in "Your account asks for a second proof: a code by mail." */
  name: Text
  /** Said while its codes do not get through. */
  delay?: (page: PageContext) => Html | false
  /** In place of a field for a code. */
  answer?: FactorAnswerView
  /** How it is set up at a sign-in that has no session without a second factor. */
  enrolment?: EnrolmentView
}

/** What stands above the field for the first code. */
export interface EnrolmentView {
  /** `options` are those that the factor's `enrolment.begin` returned. */
  explain: (options: Readonly<Record<string, unknown>>, page: PageContext) => Html
  hint: Text
}

/** A factor that a script answers. */
export interface FactorAnswerView extends Required<Pick<Form, 'explain' | 'attributes' | 'button'>> {
  script: Html
  /** The answer that the route takes. */
  answerOf: (values: Values) => Readonly<Record<string, unknown>>
}

export interface OfferAfterSignIn {
  /** Of the form, for a script that finds out what the device can. */
  attributes: Html
  /** The name of the value by which the script says it. The route does not get it. */
  field: string
  /** The page that makes the offer; null if it goes on as without one. */
  pathAfter: (answer: Answer, sent: Values) => string | null
}
