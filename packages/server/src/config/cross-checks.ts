import { formatDuration } from './duration.ts'
import { isHostWithin } from './relying-party.ts'
import { findSecretWeakness } from './secret-strength.ts'
import { type OptionName, settings, type SettingValues } from './settings.ts'

/** A rule that holds between settings. The first of them is the one that is reported. */
interface CrossCheck {
  settings: readonly [OptionName, ...OptionName[]]
  /** Returns the value expected of the first setting, or null if the rule holds. */
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
    settings: ['tlsKey', 'tlsCert'],
    expect: ({ tlsKey, tlsCert }) =>
      (tlsKey === null) === (tlsCert === null) ? null : 'TLS_CERT and TLS_KEY together, or neither',
  },
  {
    settings: ['publicUrl', 'tlsCert'],
    expect: ({ publicUrl, tlsCert }) =>
      tlsCert !== null && !publicUrl.startsWith('https:')
        ? 'an https address: with TLS_CERT this server speaks https'
        : null,
  },
  {
    settings: ['mtlsCrl', 'mtlsCa'],
    expect: ({ mtlsCrl, mtlsCa }) =>
      mtlsCrl !== null && mtlsCa === null ? 'MTLS_CA as well: the CAs whose lists these are' : null,
  },
  {
    settings: ['mtlsProxyHeader', 'mtlsCa'],
    expect: ({ mtlsProxyHeader, mtlsCa }) =>
      mtlsProxyHeader !== null && mtlsCa === null
        ? 'MTLS_CA as well: the CAs whose certificates count'
        : null,
  },
  {
    settings: ['mtlsProxyHeader', 'trustedProxies'],
    // Without trusted proxies, any client could claim to be anybody.
    expect: ({ mtlsProxyHeader, trustedProxies }) =>
      mtlsProxyHeader !== null && trustedProxies.length === 0
        ? 'TRUSTED_PROXIES as well: those who may say so'
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
    settings: ['smsFrom', 'smsUrl'],
    expect: ({ smsFrom, smsUrl }) =>
      smsUrl !== null && smsFrom === null
        ? 'a sender: SMS_URL is set, and a message has to come from somebody'
        : null,
  },
  {
    settings: ['smsPrefixes', 'smsUrl'],
    expect: ({ smsPrefixes, smsUrl }) =>
      smsUrl !== null && smsPrefixes.length === 0
        ? 'how the numbers begin that you serve, such as +49: SMS_URL is set, and messages to some countries cost a hundred times as much'
        : null,
  },
  {
    settings: ['smsUrl', 'signInMethods', 'nodeEnv'],
    expect: ({ smsUrl, signInMethods, nodeEnv }) =>
      smsUrl === null && nodeEnv === 'production' && signInMethods.includes('sms-code')
        ? 'a gateway: SIGN_IN_METHODS names sms-code'
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
    settings: ['passkeyRpId', 'publicUrl'],
    // Browsers refuse every other one (WebAuthn Level 3 §5.1.3).
    expect: ({ passkeyRpId, publicUrl }) => {
      const { hostname } = new URL(publicUrl)
      return passkeyRpId !== null && !isHostWithin(passkeyRpId, hostname)
        ? `${hostname}, the host of PUBLIC_URL, or a domain above it`
        : null
    },
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
