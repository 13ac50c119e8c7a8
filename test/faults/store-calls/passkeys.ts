import { Authenticator } from '#test/support/authenticator.ts'
import { firstOf } from '#test/support/must.ts'
import type { Browser } from '#test/support/test-latchkey.ts'
import { operation, type Operations } from './operation.ts'
import { password } from './stage.ts'

export const passkeys: Operations = {
  'log in with a passkey': operation({
    prepare: ({ ada }) => addPasskey(ada),
    run: async ({ instance }, phone) => {
      const tab = instance.browser()
      const asked = await tab.post<PasskeyQuestion>('/passkeys/login/options')
      if (asked.status !== 200) return asked
      const { ticket, options } = asked.body
      return await tab.post('/passkeys/login/verify', {
        ticket,
        response: phone.get(options),
      })
    },
    done: 200,
  }),
  'log in with a passkey as second factor': operation({
    prepare: async ({ ada }) => {
      const phone = await addPasskey(ada)
      await ada.send('/api/auth/passkeys/second-factor', { method: 'PUT', body: { enabled: true } })
      return phone
    },
    run: async ({ instance }, phone) => {
      const tab = instance.browser()
      const first = await tab.post<{ ticket: string }>('/login', { email: 'ada@example.com', password })
      if (first.status !== 200) return first
      const named = { ticket: first.body.ticket, factor: 'passkey' }
      const begun = await tab.post<PasskeyQuestion>('/login/second-factor/begin', named)
      if (begun.status !== 200) return begun
      const response = phone.get(begun.body.options)
      return await tab.post('/login/second-factor', { ...named, response })
    },
    done: 200,
  }),
  'add a passkey': operation({
    run: async ({ ada }) => {
      const asked = await ada.post<PasskeyQuestion>('/passkeys/registration/options')
      if (asked.status !== 200) return asked
      const { ticket, options } = asked.body
      const response = new Authenticator().create(options)
      return await ada.post('/passkeys/registration/verify', { ticket, response })
    },
    done: 201,
  }),
  'remove a passkey': operation({
    prepare: async ({ ada }) => {
      await addPasskey(ada)
      return firstOf((await ada.get<{ items: { id: string }[] }>('/passkeys')).body.items).id
    },
    run: ({ ada }, id) => ada.send(`/api/auth/passkeys/${id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['passkey_not_found'],
  }),
}

interface PasskeyQuestion {
  ticket: string
  options: Record<string, unknown>
}

/** Adds a passkey of ada's, on an authenticator that counts. */
async function addPasskey(ada: Browser): Promise<Authenticator> {
  const phone = new Authenticator({ counts: true })
  const { ticket, options } = (await ada.post<PasskeyQuestion>('/passkeys/registration/options')).body
  await ada.post('/passkeys/registration/verify', { ticket, response: phone.create(options) })
  return phone
}
