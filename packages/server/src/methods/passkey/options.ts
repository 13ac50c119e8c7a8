import { hours, type Milliseconds, minutes } from '@latchkey/contract'
import type { Limit } from '../../core/limits/limits.ts'

/**
 * RFC 8176: a key in software, and somebody who touched it. Whether it lies in hardware is the word of the authenticator
 * alone, for no attestation is asked for; by what it recognised its user, it does not say at all. `mfa` is added where it
 * did recognise them.
 */
export const amr: readonly string[] = ['swk', 'user']

/** From the question to the answer: time to find the phone, and for a form that waits with autofill. */
export const challengeTtl: Milliseconds = minutes(10)

/** How long the browser's own dialogue stays open: shorter, so that no answer comes too late. */
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

/** More than anybody has devices; all of them go out with every question that names them. */
export const mostPasskeys = 20
