import { expect } from 'vitest'
import { hotpCode } from './hotp.ts'
import type { Browser, Reply, TestLatchkey } from './test-latchkey.ts'
import { must } from './must.ts'

/** The parameters of an authenticator app. */
export interface Seed {
  secret: string
  uri: string
  qr: string
}

/** An app that has taken a seed over, with a clock of its own. */
export interface AuthenticatorApp {
  /** The code now, or so many steps of 30 seconds from now. */
  code(steps?: number): string
  /** Six digits that are the code of no step around. */
  wrong(): string
}

export function authenticatorOf(
  { secret }: Pick<Seed, 'secret'>,
  { now }: { now: () => number },
): AuthenticatorApp {
  const seed = decodeBase32(secret.replaceAll(' ', ''))
  const code = (steps = 0) => hotpCode(seed, Math.floor(now() / 30_000) + steps)
  return {
    code,
    wrong() {
      const near = new Set([-2, -1, 0, 1, 2].map(code))
      return must(
        ['000000', '111111', '222222', '333333', '444444', '555555'].find((each) => !near.has(each)),
      )
    },
  }
}

export interface Enrolled {
  app: AuthenticatorApp
  codes: string[]
}

/** Enrols the first second factor of whoever is signed in, and waits until the code that did it is over. */
export async function enrolTotp(tab: Browser, { clock }: TestLatchkey): Promise<Enrolled> {
  const begun = await tab.post<Seed & { ticket: string }>('/totp/options', undefined)
  expect(begun.status).toBe(200)
  const app = authenticatorOf(begun.body, clock)
  const { ticket } = begun.body
  const done = await tab.post<{ recoveryCodes: string[] }>('/totp/verify', { ticket, code: app.code() })
  expect([done.status, done.code]).toEqual([200, undefined])
  clock.advance(30_000)
  return { app, codes: done.body.recoveryCodes }
}

/** Raises the session to aal2 by a code. */
export async function raise(tab: Browser, code: string, factor = 'totp'): Promise<Reply> {
  const raised = await tab.post<{ accessToken: string }>('/step-up', { factor, code })
  if (raised.status === 200) tab.token = raised.body.accessToken
  return raised
}

/** RFC 4648 §6. */
function decodeBase32(text: string): Buffer {
  const bits = Array.from(text, (each) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'),
  )
  const bytes = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}
