import { expect } from 'vitest'
import type { CodeRequested } from '@latchkey/contract'
import { firstOf } from '#test/support/must.ts'
import type { Administration } from '#test/support/administration.ts'
import { Authenticator } from '#test/support/authenticator.ts'
import type { Person } from './person.ts'

export const number = '+4915123456789'

/** A passkey for whoever is signed in at home. */
export async function addPasskey({ home, pocket }: Person): Promise<void> {
  const { body } = await home.post<{ ticket: string; options: Record<string, unknown> }>(
    '/passkeys/registration/options',
  )
  const phone = new Authenticator()
  const response = phone.create(body.options)
  const added = await home.post('/passkeys/registration/verify', { ticket: body.ticket, response })
  expect([added.status, added.code]).toEqual([201, undefined])
  pocket.set('passkey', phone)
}

/** A number for whoever is signed in at home. */
export async function addPhone({ home, site }: Person): Promise<void> {
  const { ticket } = (await home.post<CodeRequested>('/phone/send', { number })).body
  const code = firstOf(await site.mailbox(number)).codes[0]
  const added = await home.post('/phone/verify', { ticket, code })
  expect([added.status, added.code]).toEqual([200, undefined])
}

/** Collects messages sent from now on to an address or a number. */
export function whatCame(site: Administration, to: string) {
  let known = 0
  return {
    before: async () => void (known = (await site.mailbox(to)).length),
    /** Null where nothing came. */
    async newest() {
      const all = await site.mailbox(to)
      return all.length > known ? firstOf(all) : null
    },
  }
}
