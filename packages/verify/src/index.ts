export type { Algorithm } from './algorithms.ts'
export type { AccessTokenClaims, Claims, Confirmation } from './claims.ts'
export type { FeedStatus } from './feed.ts'
export type { AuthOptions } from './auth-options.ts'
export type { Auth, Authenticated, AuthVerdict, MaybeAuthenticated } from './guard.ts'
export { IssuerError } from './fetch-json.ts'
export type { Mode, OnFeedLoss, VerifierOptions } from './options.ts'
export type { Presented } from './proof.ts'
export type { Refusal, RefusalCode } from './refusal.ts'
export type { KeysStatus } from './remote-keys.ts'
export type { Shortfall } from './requirement.ts'
export type { RouteRequirement } from './route-requirement.ts'
export {
  type Accepted,
  createVerifier,
  type Verdict,
  type Verifier,
  type VerifierStatus,
} from './verifier.ts'
export { VerifyError, type VerifyErrorCode } from './verify-error.ts'
