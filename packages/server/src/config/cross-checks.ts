import { formatDuration } from './duration.ts'
import { findSecretWeakness } from './secret-strength.ts'
import { type OptionName, settings, type SettingValues } from './settings.ts'

/** A rule that holds between settings. The first of them is the one that is reported. */
interface CrossCheck {
  settings: readonly [OptionName, ...OptionName[]]
  /** What is expected of the first one, or null if the rule holds. */
  expect: (values: SettingValues) => string | null
}

/** The rules that one setting alone cannot show, in the order in which they are reported. */
export const crossChecks: readonly CrossCheck[] = [
  {
    settings: ['publicUrl', 'nodeEnv'],
    // Browsers send the cookies of http://localhost to every program on that port, and tokens of an http issuer
    // can be forged on the way.
    expect: ({ publicUrl, nodeEnv }) =>
      nodeEnv === 'production' && !publicUrl.startsWith('https:')
        ? 'an https address: NODE_ENV is production, where http is refused, for localhost too'
        : null,
  },
  {
    settings: ['secret', 'nodeEnv'],
    expect: ({ secret, nodeEnv }) => (nodeEnv === 'production' ? expectRandomRing(secret) : null),
  },
  {
    settings: ['passwordPepper', 'nodeEnv'],
    expect: ({ passwordPepper, nodeEnv }) =>
      nodeEnv === 'production' && passwordPepper !== null ? expectRandom(passwordPepper) : null,
  },
  {
    settings: ['metricsToken', 'nodeEnv'],
    expect: ({ metricsToken, nodeEnv }) =>
      nodeEnv === 'production' && metricsToken !== null ? expectRandom(metricsToken) : null,
  },
  {
    settings: ['accessTokenTtl', 'refreshIdleTtl'],
    expect: ({ accessTokenTtl, refreshIdleTtl }) =>
      accessTokenTtl > refreshIdleTtl
        ? `at most REFRESH_IDLE_TTL (${formatDuration(refreshIdleTtl)}): an access token must not outlive its session`
        : null,
  },
  {
    settings: ['refreshIdleTtl', 'refreshAbsoluteTtl'],
    expect: ({ refreshIdleTtl, refreshAbsoluteTtl }) =>
      refreshIdleTtl > refreshAbsoluteTtl
        ? `at most REFRESH_ABSOLUTE_TTL (${formatDuration(refreshAbsoluteTtl)})`
        : null,
  },
  {
    settings: ['cookieSessionIdleTtl', 'cookieSessionAbsoluteTtl'],
    expect: ({ cookieSessionIdleTtl, cookieSessionAbsoluteTtl }) =>
      cookieSessionIdleTtl > cookieSessionAbsoluteTtl
        ? `at most COOKIE_SESSION_ABSOLUTE_TTL (${formatDuration(cookieSessionAbsoluteTtl)})`
        : null,
  },
  {
    settings: ['afterSignIn', 'pagesSession'],
    // Without a refresh token it would send people back to the sign-in that they come from.
    expect: ({ afterSignIn, pagesSession }) =>
      pagesSession === 'cookie' && /^\/account(?:[/?#]|$)/.test(afterSignIn)
        ? 'an address of your own site: PAGES_SESSION is cookie, and the account application works with tokens'
        : null,
  },
  {
    settings: ['refreshLeeway', 'refreshIdleTtl'],
    expect: ({ refreshLeeway, refreshIdleTtl }) =>
      refreshLeeway >= refreshIdleTtl
        ? `less than REFRESH_IDLE_TTL (${formatDuration(refreshIdleTtl)})`
        : null,
  },
  {
    settings: ['keyRotation', 'accessTokenTtl'],
    // A key that has stopped signing stays published for one more turn; its last token must have expired by then.
    expect: ({ keyRotation, accessTokenTtl }) =>
      keyRotation !== 0 && keyRotation < accessTokenTtl
        ? `0s, or at least ACCESS_TOKEN_TTL (${formatDuration(accessTokenTtl)})`
        : null,
  },
  ...(['google', 'microsoft', 'github', 'gitlab', 'discord'] as const).flatMap(needsBoth),
  {
    settings: ['appleClientId', 'appleTeamId', 'appleKeyId', 'applePrivateKey'],
    expect: ({ appleClientId, appleTeamId, appleKeyId, applePrivateKey }) => {
      const given = [appleClientId, appleTeamId, appleKeyId, applePrivateKey].filter((each) => each !== null)
      return given.length === 0 || given.length === 4
        ? null
        : 'all of APPLE_CLIENT_ID, APPLE_TEAM_ID, APPLE_KEY_ID and APPLE_PRIVATE_KEY, or none'
    },
  },
  {
    settings: ['oidcProviders', 'nodeEnv'],
    expect: ({ oidcProviders, nodeEnv }) =>
      nodeEnv === 'production' && oidcProviders.some(({ issuer }) => !issuer.startsWith('https:'))
        ? 'https issuers: NODE_ENV is production, where http is refused'
        : null,
  },
  {
    settings: ['metricsPort', 'port'],
    expect: ({ metricsPort, port }) =>
      metricsPort !== null && metricsPort !== 0 && metricsPort === port
        ? `another port than PORT (${port})`
        : null,
  },
]

/** A client id and its secret. */
function needsBoth(name: 'google' | 'microsoft' | 'github' | 'gitlab' | 'discord'): CrossCheck[] {
  const [id, secret] = [`${name}ClientId`, `${name}ClientSecret`] as const
  const other = (
    values: SettingValues,
    given: typeof id | typeof secret,
    missing: typeof id | typeof secret,
  ) =>
    values[given] !== null && values[missing] === null ? `nothing, or ${settings[missing].env} as well` : null
  return [
    { settings: [id, secret], expect: (values) => other(values, id, secret) },
    { settings: [secret, id], expect: (values) => other(values, secret, id) },
  ]
}

function expectRandomRing(ring: SettingValues['secret']): string | null {
  if (ring === null) return 'a secret: NODE_ENV is production, where none is made up'
  return ring.map(expectRandom).find((expected) => expected !== null) ?? null
}

function expectRandom(secret: string): string | null {
  const weakness = findSecretWeakness(secret)
  if (weakness === 'placeholder') return 'a random secret: this one is a placeholder from an example'
  return weakness === 'predictable' ? 'a random secret: this one follows a pattern' : null
}
