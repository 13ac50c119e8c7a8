export type { Algorithm } from './algorithms.ts'
export type { AccessTokenClaims, Claims, Confirmation } from './claims.ts'
export type { FeedStatus } from './feed.ts'
export { IssuerError } from './fetch-json.ts'
export type { Mode, OnFeedLoss, VerifierOptions } from './options.ts'
export type { Presented } from './proof.ts'
export type { KeysStatus } from './remote-keys.ts'
export {
  type Accepted,
  createVerifier,
  type Verdict,
  type Verifier,
  type VerifierStatus,
} from './verifier.ts'
export { VerifyError, type VerifyErrorCode } from './verify-error.ts'
