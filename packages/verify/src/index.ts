export type { Algorithm } from './token/algorithms.ts'
export type { AccessTokenClaims, Claims, Confirmation } from './token/claims.ts'
export type { FeedStatus } from './feed/feed-transport.ts'
export type { AuthOptions } from './guard/auth-options.ts'
export type { Auth, Authenticated, AuthVerdict, MaybeAuthenticated } from './guard/guard.ts'
export { IssuerError } from './issuer/fetch-json.ts'
export type { Mode, OnFeedLoss, VerifierOptions } from './verifier/options.ts'
export type { Presented } from './token/proof.ts'
export type { Refusal, RefusalCode } from './guard/refusal.ts'
export type { KeysStatus } from './issuer/remote-keys.ts'
export type { Shortfall } from './token/requirement.ts'
export type { RouteRequirement } from './guard/route-requirement.ts'
export {
  type Accepted,
  createVerifier,
  type Verdict,
  type Verifier,
  type VerifierStatus,
} from './verifier/verifier.ts'
export { VerifyError, type VerifyErrorCode } from './token/verify-error.ts'
