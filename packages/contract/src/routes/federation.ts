import { z } from 'zod'
import { provenAgain, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'
import { signInStep } from './sign-in.ts'

const tag = 'Signing in with others'

const provider = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be the id of a provider, such as google')
  .meta({ example: 'google' })
const params = z.object({ provider })
/** The browser's final destination; pages check it against the list of allowed destinations. */
const returnTo = printable(2048).optional()

/** Printable characters of RFC 6749 App. A, in which answers and addresses are written. */
function printable(longest: number) {
  return z
    .string()
    .max(longest)
    .regex(/^[\x20-\x7e]+$/, 'must hold printable ASCII alone')
}

const authorization = {
  description:
    'Where to send the browser. The answer sets `latchkey-federation` (on https with `__Host-`): only the browser that has this cookie can finish.',
  body: z.object({ url: z.string().meta({ example: 'https://accounts.google.com/o/oauth2/v2/auth?…' }) }),
}

export const listProviders = defineRoute({
  id: 'listProviders',
  method: 'GET',
  path: '/federation',
  access: 'public',
  tag,
  summary: 'List the services people can sign in with',
  answers: {
    200: {
      description: 'Sorted as the pages show them.',
      body: z.object({ items: z.array(z.object({ id: z.string(), label: z.string() })) }),
    },
  },
  errors: [],
})

export const beginFederation = defineRoute({
  id: 'beginFederation',
  method: 'POST',
  path: '/federation/{provider}',
  access: 'public',
  tag,
  summary: 'Start signing in with another service',
  description:
    'Send the browser to `url`. It comes back to `/federation/{provider}/callback`, and from there to `returnTo` (a path of this server or one of `RETURN_URLS`) with the cookies of the session.',
  params,
  body: z.strictObject({
    returnTo,
    remember: z.boolean().default(true),
    sessionKind: z.enum(['token', 'cookie']).default('token'),
  }),
  answers: { 200: authorization },
  errors: ['provider_not_found', 'provider_unavailable', 'rate_limited', 'cross_site_request'],
})

export const beginLink = defineRoute({
  id: 'beginLink',
  method: 'POST',
  path: '/federation/{provider}/link',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Start linking an account at another service',
  params,
  body: z.strictObject({ returnTo }),
  answers: { 200: authorization },
  errors: ['provider_not_found', 'provider_unavailable', 'rate_limited', 'cross_site_request'],
})

export const finishFederation = defineRoute({
  id: 'finishFederation',
  method: 'POST',
  path: '/federation/{provider}/finish',
  access: 'public',
  tag,
  summary: 'Finish signing in or linking with another service',
  description:
    'What `/federation/{provider}/callback` does with the parameters of its address. Works once, and in the browser that began.',
  params,
  body: z.strictObject({
    state: printable(256),
    code: printable(4096).optional(),
    error: printable(256).optional(),
    iss: printable(2048).optional(),
    /** The name that Apple tells at the first sign-in, as JSON. */
    user: schema.text(2048).optional(),
  }),
  answers: {
    200: {
      description: 'Signed in, linked, or the next step.',
      body: z.object({
        returnTo: z.string().nullable(),
        result: z.union([
          ...signInStep.body.options,
          z.object({
            /** An account has this address already: verify that it is yours, then `POST /linked-accounts`. */
            next: z.literal('link'),
            ticket: z.string(),
          }),
          z.object({ next: z.literal('linked'), id: schema.uuid }),
        ]),
      }),
    },
  },
  errors: [
    'provider_not_found',
    'provider_unavailable',
    'challenge_invalid',
    'federation_failed',
    'federation_denied',
    'email_unproven',
    'linked_elsewhere',
    'linked_account_limit_reached',
    'registration_closed',
    'email_taken',
    'rate_limited',
    'cross_site_request',
  ],
})

export const listLinkedAccounts = defineRoute({
  id: 'listLinkedAccounts',
  method: 'GET',
  path: '/linked-accounts',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List your linked accounts at other services',
  answers: {
    200: { description: 'Sorted oldest first.', body: z.object({ items: z.array(schema.linkedAccount) }) },
  },
  errors: [],
})

export const confirmLink = defineRoute({
  id: 'confirmLink',
  method: 'POST',
  path: '/linked-accounts',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Link the identity of another service to the signed-in account',
  description:
    'With the ticket of a sign-in that was answered with `next: "link"`, in the same browser, within ten minutes of having signed in to the account of that address.',
  body: z.strictObject({ ticket: schema.linkToken }),
  answers: { 201: { description: 'Linked.', body: schema.linkedAccount } },
  errors: [
    'challenge_invalid',
    'linked_elsewhere',
    'linked_account_limit_reached',
    'insufficient_user_authentication',
    'rate_limited',
    'cross_site_request',
  ],
})

export const unlinkAccount = defineRoute({
  id: 'unlinkAccount',
  method: 'DELETE',
  path: '/linked-accounts/{id}',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Unlink an account at another service; every other session ends',
  description: 'Refuses to remove the last way to sign in. Deletes the stored tokens of that service.',
  params: z.object({ id: schema.uuid }),
  answers: { 204: { description: 'Unlinked.' } },
  errors: ['linked_account_not_found', 'last_credential'],
})

export const getProviderToken = defineRoute({
  id: 'getProviderToken',
  method: 'GET',
  path: '/federation/{provider}/token',
  access: 'machine',
  // Never by the user's own session: a script that got hold of it would get the user's mail and files elsewhere.
  asks: { callers: { serviceAccountKey: 'provider-tokens' }, fresh: false, strong: false },
  tag,
  summary: "Get a user's access token for another service, for the application's backend",
  description:
    'Takes an API key of a service account with the scope `provider-tokens`. The token is renewed where it is about to expire. Only for providers in `KEEP_PROVIDER_TOKENS`, and for users who have signed in with them since.',
  params,
  query: z.strictObject({ user: schema.uuid }),
  answers: {
    200: {
      description: 'The token.',
      body: z.object({
        accessToken: z.string(),
        /** When it ends; null where the provider does not say. */
        expiresAt: schema.timestamp.nullable(),
        scopes: z.array(z.string()),
      }),
    },
  },
  errors: ['provider_token_not_found', 'provider_unavailable', 'rate_limited'],
})
