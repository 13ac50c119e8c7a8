/*
 * What a Latchkey server is built on itself: the same check of access tokens, with its own keys and its own revocation
 * log behind it. Everybody else wants `createVerifier`.
 */
export {
  type AccessTokenCheck,
  createAccessTokenCheck,
  type KeySource,
  type RevocationSource,
  type VerificationKey,
} from './access-token-check.ts'
export { type Algorithm, allAlgorithms } from './algorithms.ts'
export { challengeOf } from './challenge.ts'
export type { AccessTokenClaims, Claims, Confirmation } from './claims.ts'
export { decideSource, isLikeForm, isSafe } from './forgery.ts'
export { type Fingerprint, fingerprint, type RevocationKind } from './fingerprint.ts'
export { covers, decideRequirement, levelOf, type Shortfall } from './requirement.ts'
export { type Jws, parseJws } from './jws.ts'
export { createRevocationSet, type RevocationSet } from './revocation-set.ts'
export { VerifyError, type VerifyErrorCode } from './verify-error.ts'
