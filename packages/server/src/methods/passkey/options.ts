import { hours, type Milliseconds, minutes } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/**
 * RFC 8176: a key in software and a user presence test. Only the authenticator could claim that the key is in hardware,
 * as no attestation is asked for. It does not say how it verified its user. `mfa` is added if it did verify them.
 */
export const amr: readonly string[] = ['swk', 'user']

/** Time from the challenge to the answer: to find the phone, and for a form that waits with autofill. */
export const challengeTtl: Milliseconds = minutes(10)

/** The time for which the browser's own dialogue stays open: shorter, so that no answer comes too late. */
export const ceremonyTimeout: Milliseconds = minutes(5)

/** A sign-in page asks by itself when it is opened, so this is wide: a large office behind one address. */
export const asksPerNetwork: Limit = { name: 'passkey-asks-per-network', most: 1000, window: minutes(10) }

/** Signatures cannot be guessed; this bounds the work. */
export const answersPerNetwork: Limit = {
  name: 'passkey-answers-per-network',
  most: 200,
  window: minutes(10),
}

export const registrationsPerAccount: Limit = {
  name: 'passkey-registrations-per-account',
  most: 30,
  window: hours(1),
}

/** More devices than a person has; all of them are sent with every challenge that names them. */
export const mostPasskeys = 20
