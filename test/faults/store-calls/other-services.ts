import type { LyingProvider } from '#test/support/lying-provider.ts'
import type { Browser, Reply } from '#test/support/test-latchkey.ts'
import { operation, type Operations } from './operation.ts'

export const otherServices: Operations = {
  'sign in with another service for the first time': operation({
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  }),
  'sign in with another service': operation({
    prepare: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  }),
  'arrive at an account that somebody else prepared': operation({
    prepare: ({ instance }) => instance.browser().register('carol@example.com'),
    run: ({ instance, provider }) => signInWith(instance.browser(), provider, 'carol'),
    done: 200,
  }),
  'link an account': operation({
    run: async ({ ada, provider }) => {
      const begun = await ada.post<{ url: string }>('/federation/acme/link', {})
      return begun.status === 200 ? await finishWith(ada, provider, begun.body.url, 'carol') : begun
    },
    done: 200,
  }),
  'confirm a link': operation({
    prepare: async ({ ada, provider, link }) => {
      await ada.post('/verify-email', { token: await link('/verify-email') })
      const { body } = await signInWith(ada, provider, 'ada')
      return (body as { result: { ticket: string } }).result.ticket
    },
    run: ({ ada }, ticket) => ada.post('/linked-accounts', { ticket }),
    done: 201,
    repeated: ['challenge_invalid'],
  }),
  'remove a linked account': operation({
    prepare: async ({ instance, provider }) => {
      const carol = instance.browser()
      await carol.register('carol@example.com')
      const { url } = (await carol.post<{ url: string }>('/federation/acme/link', {})).body
      const answer = await finishWith(carol, provider, url, 'somebody')
      return { carol, id: (answer.body as { result: { id: string } }).result.id }
    },
    run: (_, { carol, id }) => carol.send(`/api/auth/linked-accounts/${id}`, { method: 'DELETE' }),
    done: 204,
    repeated: ['linked_account_not_found'],
  }),
}

/** By a provider that says `<name>@example.com`, as the page of the callback does. */
async function signInWith(tab: Browser, provider: LyingProvider, name: string): Promise<Reply<unknown>> {
  const begun = await tab.post<{ url: string }>('/federation/acme', {})
  return begun.status === 200 ? await finishWith(tab, provider, begun.body.url, name) : begun
}

async function finishWith(
  tab: Browser,
  provider: LyingProvider,
  url: string,
  name: string,
): Promise<Reply<unknown>> {
  const person = { sub: name, email: `${name}@example.com`, email_verified: true }
  const { searchParams } = new URL(provider.approve(url, person), 'http://localhost')
  return await tab.post('/federation/acme/finish', Object.fromEntries(searchParams))
}
