import { z } from 'zod'
import { provenAgain, signedIn } from '../asks.ts'
import { defineRoute } from '../route.ts'
import * as schema from '../schemas/index.ts'
import { signInBody, signInStep } from './sign-in.ts'

const tag = 'Passkeys'
const byId = z.strictObject({ id: schema.uuid })
/** Options for `navigator.credentials`, by `parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON`. */
const ceremony = z.object({
  ticket: z.string(),
  options: z.record(z.string(), z.unknown()).meta({ example: { challenge: '…' } }),
})

export const beginPasskeyLogin = defineRoute({
  id: 'beginPasskeyLogin',
  method: 'POST',
  path: '/passkeys/login/options',
  access: 'public',
  tag,
  summary: 'Get the options for signing in with a passkey',
  description:
    'The options name no passkey: the browser offers those that it has for this site, also among the addresses of a sign-in form (`mediation: "conditional"`). They are good for ten minutes and one sign-in, by whoever holds the ticket.',
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 200: { description: 'Options for `navigator.credentials.get`.', body: ceremony } },
  errors: ['cross_site_request', 'rate_limited'],
})

export const finishPasskeyLogin = defineRoute({
  id: 'finishPasskeyLogin',
  method: 'POST',
  path: '/passkeys/login/verify',
  access: 'public',
  tag,
  summary: 'Sign in with a passkey',
  description:
    'A passkey that asked for a fingerprint, a face or a PIN is two factors in one: the session is `aal2`, and nothing else is asked for. `passkey_unknown` says that no account knows the passkey of this id: it was removed, and the browser may forget it (`signalUnknownCredential`).',
  body: signInBody({
    ticket: schema.linkToken,
    response: schema.passkeyAssertion,
    remember: z.boolean().default(true),
  }),
  answers: { 200: signInStep },
  errors: ['passkey_invalid', 'passkey_unknown', 'invalid_credentials', 'cross_site_request', 'rate_limited'],
})

export const beginPasskeyRegistration = defineRoute({
  id: 'beginPasskeyRegistration',
  method: 'POST',
  path: '/passkeys/registration/options',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Get the options for creating a passkey',
  description: 'Voids an earlier challenge of the same session.',
  body: z.strictObject({}),
  bodyOptional: true,
  answers: { 200: { description: 'Options for `navigator.credentials.create`.', body: ceremony } },
  errors: ['passkey_limit_reached', 'rate_limited'],
})

export const finishPasskeyRegistration = defineRoute({
  id: 'finishPasskeyRegistration',
  method: 'POST',
  path: '/passkeys/registration/verify',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Add a passkey to your account',
  description:
    'In the session that asked. Without a name it is called after who keeps it, or after this browser. You get a mail.',
  body: z.strictObject({
    ticket: schema.linkToken,
    response: schema.passkeyAttestation,
    name: schema.text(100).optional(),
  }),
  answers: { 201: { description: 'The passkey.', body: schema.passkey } },
  errors: ['passkey_invalid', 'passkey_limit_reached'],
})

export const listPasskeys = defineRoute({
  id: 'listPasskeys',
  method: 'GET',
  path: '/passkeys',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'List your passkeys',
  description:
    '`rpId`, `userHandle` and the `credentialId`s are what `PublicKeyCredential.signalAllAcceptedCredentials` takes, so that the browser forgets what was removed.',
  answers: {
    200: {
      description: 'Sorted oldest first.',
      body: z.object({
        items: z.array(schema.passkey),
        rpId: z.string().meta({ example: 'example.com' }),
        userHandle: z.string(),
        /** True if a sign-in by another method asks for a passkey as well. */
        asksAfterPassword: z.boolean(),
      }),
    },
  },
  errors: [],
})

export const renamePasskey = defineRoute({
  id: 'renamePasskey',
  method: 'PATCH',
  path: '/passkeys/{id}',
  access: 'bearer',
  asks: signedIn,
  tag,
  summary: 'Rename a passkey',
  params: byId,
  body: z.strictObject({ name: schema.text(100) }),
  answers: { 200: { description: 'The passkey as it is now.', body: schema.passkey } },
  errors: ['passkey_not_found'],
})

export const removePasskey = defineRoute({
  id: 'removePasskey',
  method: 'DELETE',
  path: '/passkeys/{id}',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Remove a passkey; every other session ends',
  description:
    'Refuses to remove the last way to sign in. Ends the other sessions, as whoever holds the device may have started one.',
  params: byId,
  answers: { 204: { description: 'Removed.' } },
  errors: ['passkey_not_found', 'last_credential'],
})

export const askForPasskey = defineRoute({
  id: 'askForPasskey',
  method: 'PUT',
  path: '/passkeys/second-factor',
  access: 'bearer',
  asks: provenAgain,
  tag,
  summary: 'Turn passkeys as second factor on or off',
  description:
    'Off unless asked for: a passkey that stays on one device would shut its owner out on every other. Needs a passkey to be turned on; you get a mail.',
  body: z.strictObject({ enabled: z.boolean() }),
  answers: { 204: { description: 'Changed.' } },
  errors: ['passkey_not_found'],
})
