import { minutes, type Milliseconds } from './units.ts'

/**
 * Kinds of caller, by the credential presented. An API key's token is the access token issued for it; a client
 * certificate's token counts as its service account's. Tokens of third parties (OAuth) will be one more kind.
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
 * Scopes of Latchkey's own API, each with the permission needed to give it to a key. Null: everybody gives it to keys
 * of their own. Each `latchkey:` scope names one operation, which a key's token can do only with that scope.
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

/** The requirements of a route for its caller. */
export interface Asks {
  /** Kinds that may come: always, or with a scope. All others are refused, whatever permissions they hold. */
  callers: { readonly [Kind in CallerKind]?: true | OwnScope }
  permission?: string
  /** True if a session must have authenticated within {@link freshFor}. */
  fresh: boolean
  /**
   * True if a session must have used a second factor, where the account has one. A second step by mail, recovery codes
   * alone and trusted devices do not count; a passkey that verified its user is two factors in one.
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

/**
 * Requires recent authentication with all factors: for adding, replacing or removing a way to sign in, and for exports.
 */
export const provenAgain = {
  callers: { session: true },
  fresh: true,
  strong: true,
} as const satisfies Asks

/** Requires the current password in the request, which takes the place of recent authentication. */
export const provenByFactor = {
  callers: { session: true },
  fresh: false,
  strong: true,
} as const satisfies Asks

/** As {@link provenAgain}, open also to API keys that manage the keys of their user. */
export const provenAgainOrKey = {
  callers: { session: true, apiKeyToken: 'api-keys' },
  fresh: true,
  strong: true,
} as const satisfies Asks

/** Administration that reads, or that leaves rights and identity unchanged. */
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
