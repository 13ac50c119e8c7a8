/*
 * Tools for testing applications that trust Latchkey's tokens: an issuer without a server, and a server without a
 * set-up. Both refuse to start if NODE_ENV is production.
 */
export type { BadToken } from './testing/bad-tokens.ts'
export type { Clock } from './testing/clock.ts'
export type { DpopKey, ProofRequest } from './testing/dpop-key.ts'
export type { Revocation } from './testing/test-feed.ts'
export type { MintToken, TokenInput } from './testing/mint.ts'
export type { IssuerPart } from './testing/issuer-routes.ts'
export type { TestAlgorithm } from './testing/signing-key.ts'
export type { BrowserCookie, SignedIn, StorageState } from './testing/signed-in.ts'
export {
  certificateBinding,
  createTestIssuer,
  type TestIssuer,
  type TestIssuerOptions,
} from './testing/test-issuer.ts'
export {
  type NewTestUser,
  startTestLatchkey,
  type TestLatchkey,
  type TestLatchkeyOptions,
  type TestUser,
} from './testing/test-latchkey.ts'
export type { TestMail } from './testing/server-module.ts'
