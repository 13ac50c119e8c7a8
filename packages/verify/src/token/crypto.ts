import * as platform from '#crypto'
import type { Algorithm } from './algorithms.ts'

/*
 * A result of the platform's cryptography: Node's own answers at once, Web Crypto with a promise. Callers await either.
 */
type Soon<Result> = Result | Promise<Result>

/** A key by which signatures are verified. */
export type Key = platform.Key

/** Throws for what is no public key of the algorithm. */
export const importJwk: (jwk: Record<string, unknown>, algorithm: Algorithm) => Soon<Key> = platform.importJwk

export const verifySignature: (
  algorithm: Algorithm,
  key: Key,
  signingInput: string,
  signature: Uint8Array,
) => Soon<boolean> = platform.verifySignature

export const sha256: (input: string | Uint8Array) => Soon<Uint8Array> = platform.sha256

export { base64urlOf, bytesOfBase64url, textOfBase64url } from '#crypto'
