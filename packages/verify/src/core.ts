/*
 * The part that a Latchkey server itself is built on: the same check of access tokens, with the server's own keys and
 * revocation log. All others use `createVerifier`.
 */
export {
  type AccessTokenCheck,
  createAccessTokenCheck,
  type KeySource,
  type RevocationSource,
  type VerificationKey,
} from './token/access-token-check.ts'
export { type Algorithm, allAlgorithms, publicKeyAlgorithms } from './token/algorithms.ts'
export { challengeOf } from './token/challenge.ts'
export type { AccessTokenClaims, Claims, Confirmation } from './token/claims.ts'
export {
  type CertificateHeader,
  certificateHeaders,
  type CertificateProxies,
  clientCertificate,
} from './guard/client-certificate.ts'
export { decideSource, isLikeForm, isSafe } from './guard/forgery.ts'
export {
  type Fingerprint,
  fingerprint,
  fingerprintsOf,
  isTimed,
  type RevocationKind,
  revocationKinds,
} from './token/fingerprint.ts'
export { type Jws, parseJws } from './token/jws.ts'
export { type DpopProof, isSignedBy, readDpopProof, thumbprintOf } from './token/proof.ts'
export {
  covers,
  decideRequirement,
  levelOf,
  requireRequirement,
  type Shortfall,
} from './token/requirement.ts'
export { createTrust } from './guard/network.ts'
export { createRevocationSet, type Revocation, type RevocationSet } from './feed/revocation-set.ts'
export { requireSoundKey } from './token/sound-key.ts'
export { VerifyError, type VerifyErrorCode } from './token/verify-error.ts'
