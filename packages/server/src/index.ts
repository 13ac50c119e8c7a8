export {
  createLatchkey,
  type Latchkey,
  type LatchkeyOptions,
  type Outside,
  startLatchkey,
} from './latchkey.ts'
export type { NewUser } from './features/import/create-user.ts'
export type { Config } from './config/config.ts'
export { type ConfigInput, loadConfig } from './config/load-config.ts'
export { requireAuth, toNodeHandler, type NodeHandler, type NodeRequest } from './http/adapters/node.ts'
export {
  csrfToken,
  protectForms,
  requireSession,
  type RequireSessionOptions,
} from './http/adapters/session-guard.ts'
export { AuthError } from './core/auth-error.ts'
export type { AccessClaims } from './sessions/tokens/access-token.ts'
export type { AuditInput, AuditKind } from './core/audit/audit.ts'
export { defineMethod, type Method, type PreparedMethod, type ServedMethod } from './methods/method.ts'
export type {
  EnrolmentView,
  FactorView,
  MethodPages,
  OfferAfterSignIn,
  SignInOption,
} from './methods/method-pages.ts'
export { html } from 'hono/html'
export { formPages } from './page-kit/create-form.ts'
export type { Form } from './page-kit/form.ts'
export { renderPage } from './page-kit/layout.ts'
export type { Page, PageRequest } from './page-kit/page.ts'
export { linkTo, type PageContext, readPageContext } from './page-kit/page-context.ts'
export type { Site } from './page-kit/site.ts'
export { defineWords } from './page-kit/words/define-words.ts'
export type { Notice } from './identity/mails/credential-changed.ts'
export type { CoreServices, MethodServices } from './methods/method-services.ts'
export type { Factor, FactorAnswer, FactorChallenge, FactorClaim, UseProof } from './sign-in/factor.ts'
export type { Lifecycle } from './accounts/lifecycle.ts'
export type { End, Happening, Holder } from './identity/events/holder.ts'
export { DeliveryError } from './core/mail/delivery-error.ts'
export type { Sms, SmsSender } from './core/sms/sms.ts'
export { serve, type Route } from './sessions/route.ts'
export { findOne, type Database, type Queryable } from './db/database.ts'
export type { Migration } from './db/migrations.ts'
export { statement } from './db/statement.ts'
export type { ConfigOptions } from './config/settings.ts'
export type { Logger } from './core/log/log.ts'
export { ConfigError } from './config/config-error.ts'
