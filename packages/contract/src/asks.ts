import { minutes, type Milliseconds } from './units.ts'

/**
 * Who may come, by the credential that they show. A key's token is the access token that was given for an API key; those
 * of a client certificate count as those of its service account. Tokens of third parties (OAuth) will be one more.
 */
export const callerKinds = [
  'session',
  'apiKey',
  'apiKeyToken',
  'serviceAccountKey',
  'serviceAccountToken',
  'certificate',
] as const
export type CallerKind = (typeof callerKinds)[number]

/**
 * The scopes of Latchkey's own API, and the permission that whoever gives one to a key must hold; null: everybody gives
 * it to keys of their own. `latchkey:` scopes name one operation each: without it no key's token does that.
 */
export const ownScopes = {
  introspect: 'tokens:introspect',
  'provider-tokens': 'provider-tokens:read',
  'api-keys': null,
  'latchkey:createUser': 'users:write',
  'latchkey:replaceUser': 'users:write',
  'latchkey:updateUser': 'users:write',
  'latchkey:deleteUser': 'users:write',
  'latchkey:disableUser': 'users:write',
  'latchkey:enableUser': 'users:write',
  'latchkey:setUserRoles': 'users:write',
  'latchkey:setUserSecondFactors': 'users:write',
  'latchkey:resetUserSecondFactors': 'users:write',
  'latchkey:revokeUserApiKey': 'users:write',
  'latchkey:endUserSessions': 'sessions:write',
  'latchkey:endUserSession': 'sessions:write',
  'latchkey:createRole': 'roles:write',
  'latchkey:updateRole': 'roles:write',
  'latchkey:deleteRole': 'roles:write',
  'latchkey:createServiceAccount': 'service-accounts:write',
  'latchkey:updateServiceAccount': 'service-accounts:write',
  'latchkey:deleteServiceAccount': 'service-accounts:write',
  'latchkey:disableServiceAccount': 'service-accounts:write',
  'latchkey:enableServiceAccount': 'service-accounts:write',
  'latchkey:createServiceAccountKey': 'service-accounts:write',
  'latchkey:rotateServiceAccountKey': 'service-accounts:write',
  'latchkey:revokeServiceAccountKey': 'service-accounts:write',
  'latchkey:createCertificateMapping': 'service-accounts:write',
  'latchkey:removeCertificateMapping': 'service-accounts:write',
} as const satisfies Record<string, string | null>
export type OwnScope = keyof typeof ownScopes

type ActScope = Extract<OwnScope, `latchkey:${string}`>

/** What a route asks of its caller. */
export interface Asks {
  /** Kinds that may come: always, or with a scope. Others are refused, whatever they may do elsewhere. */
  callers: { readonly [Kind in CallerKind]?: true | OwnScope }
  permission?: string
  /** Of a session: authenticated within {@link freshFor}. */
  fresh: boolean
  /**
   * Of a session: proven by a second factor, where the account has one. A second step by mail, recovery codes alone and
   * trusted devices are none; a passkey that verified its user is two factors in one.
   */
  strong: boolean
}

/** How long a sign-in or step-up is recent. */
export const freshFor: Milliseconds = minutes(10)

/** Signed in, and nothing more. */
export const signedIn = {
  callers: { session: true },
  fresh: false,
  strong: false,
} as const satisfies Asks

/** For whatever adds, replaces or removes a way in, or takes data out: the person, a moment ago, by all they have. */
export const provenAgain = {
  callers: { session: true },
  fresh: true,
  strong: true,
} as const satisfies Asks

/** The current password comes along, which makes it fresh. */
export const provenByFactor = {
  callers: { session: true },
  fresh: false,
  strong: true,
} as const satisfies Asks

/** For keys that look after the keys of their user. */
export const provenAgainOrKey = {
  callers: { session: true, apiKeyToken: 'api-keys' },
  fresh: true,
  strong: true,
} as const satisfies Asks

/** Administration that reads, or changes nobody's rights or identity. */
export const permitted = <const Permission extends string>(permission: Permission) =>
  ({
    callers: { session: true, apiKeyToken: true, serviceAccountToken: true },
    permission,
    fresh: false,
    strong: false,
  }) as const satisfies Asks

/** Administration that destroys, or changes rights or identity. Machines need the scope besides the permission. */
export const permittedAct = (scope: ActScope) =>
  ({
    callers: { session: true, apiKeyToken: scope, serviceAccountToken: scope },
    permission: ownScopes[scope],
    fresh: true,
    strong: true,
  }) as const satisfies Asks
