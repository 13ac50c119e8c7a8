import { availableParallelism } from 'node:os'
import { duration } from '../duration.ts'
import { domain, flag, oneOf, optional, passkeyOrigins, secret, someOf, wholeNumber } from '../schemas.ts'
import { setting } from './setting.ts'

/** Settings for who may have an account and how people sign in. A derived default stands below its source. */
export const accountsSettings = {
  registration: setting({
    group: 'Accounts',
    env: 'REGISTRATION',
    schema: oneOf('open', 'closed'),
    fallback: 'open',
    example: 'closed',
    description: 'Whether people may register by themselves.',
  }),
  signInMethods: setting({
    group: 'Accounts',
    env: 'SIGN_IN_METHODS',
    schema: someOf('password', 'passkey', 'email-code', 'magic-link', 'sms-code'),
    fallback: 'password, passkey, email-code',
    example: 'passkey, magic-link',
    description: 'The ways in which people may sign in. Other ways are neither offered nor answered.',
  }),
  passkeyRpId: setting({
    group: 'Accounts',
    env: 'PASSKEY_RP_ID',
    schema: optional(domain),
    fallback: null,
    example: 'example.com',
    description:
      'The domain that passkeys are made for: the host of the public address, or a domain above it, so that they work on all of its sites. None: that host. Changed later, it makes every passkey useless.',
  }),
  passkeyOrigins: setting({
    group: 'Accounts',
    env: 'PASSKEY_ORIGINS',
    schema: passkeyOrigins,
    fallback: '',
    example: 'https://example.net, android:apk-key-hash:tZ3lkVmzs0w0hPPPwkvNyJ2UmP0iQ-uT0Vhw5A8bPqQ',
    description:
      'Where passkeys may be used, besides the public address and those `ALLOWED_ORIGINS` that are within the domain: sites elsewhere, which `/.well-known/webauthn` then names, and Android apps.',
  }),
  passkeyUserVerification: setting({
    group: 'Accounts',
    env: 'PASSKEY_USER_VERIFICATION',
    schema: oneOf('preferred', 'required'),
    fallback: 'preferred',
    example: 'required',
    description:
      'Whether a passkey must have recognised its user, by a fingerprint, a face or a PIN. With `preferred` one that did not is one factor, and the session `aal1`.',
  }),
  passwordlessSignUp: setting({
    group: 'Accounts',
    env: 'PASSWORDLESS_SIGN_UP',
    schema: flag,
    fallback: {
      text: 'true where SIGN_IN_METHODS lacks password, else false',
      of: ['signInMethods'],
      from: ({ signInMethods }) => String(!signInMethods.includes('password')),
    },
    example: 'true',
    description:
      'Whether a magic link or a code by mail makes an account for an address that has none, while REGISTRATION is open. Otherwise such an address is sent nothing.',
  }),
  magicLinkOtherDevice: setting({
    group: 'Accounts',
    env: 'MAGIC_LINK_OTHER_DEVICE',
    schema: oneOf('compare', 'refuse'),
    fallback: 'compare',
    example: 'refuse',
    description:
      'What a magic link does that is opened elsewhere than where it was asked for: `compare` shows a code there, to be typed where it was asked for; `refuse` shows that it is of no use.',
  }),
  emailVerification: setting({
    group: 'Accounts',
    env: 'EMAIL_VERIFICATION',
    schema: oneOf('optional', 'required'),
    fallback: 'optional',
    example: 'required',
    description: 'Whether an address must be verified before its owner can sign in.',
  }),
  secondFactor: setting({
    group: 'Accounts',
    env: 'SECOND_FACTOR',
    schema: oneOf('optional', 'required'),
    fallback: 'optional',
    example: 'required',
    description:
      'Whether everybody must have a second factor. With `optional`, roles and single users can still be asked for one. A user who has none sets it up at the next sign-in, before there is a session.',
  }),
  trustedDevices: setting({
    group: 'Accounts',
    env: 'TRUSTED_DEVICES',
    schema: oneOf('off', 'where-optional', 'everywhere'),
    fallback: 'where-optional',
    example: 'off',
    description:
      'Whether people may have a browser remembered that is then not asked for the second factor: nobody, those who have one of their own accord, or those who must have one as well. Its sessions are `aal1`.',
  }),
  trustedDeviceTtl: setting({
    group: 'Accounts',
    env: 'TRUSTED_DEVICE_TTL',
    schema: duration({ from: '1h', to: '400d' }),
    fallback: '30d',
    example: '7d',
    description: 'How long a browser is remembered in place of the second factor.',
  }),
  limitScale: setting({
    group: 'Passwords',
    env: 'LIMIT_SCALE',
    schema: wholeNumber(1, 10_000),
    fallback: '1',
    example: '4',
    description:
      'Multiplies every limit on tries and mails: for an installation whose people share few network addresses.',
  }),
  passwordPepper: setting({
    group: 'Accounts',
    env: 'PASSWORD_PEPPER',
    schema: optional(secret),
    fallback: null,
    example: 'openssl rand -base64 32',
    description:
      'A key mixed into password hashes. Hashes made before it was set still verify; once it is lost, the newer ones never do.',
    secret: 'whole',
  }),
  hashConcurrency: setting({
    group: 'Accounts',
    env: 'HASH_CONCURRENCY',
    schema: wholeNumber(1, 256),
    fallback: { text: 'the number of processor cores', of: [], from: () => String(availableParallelism()) },
    example: '4',
    description: 'How many passwords are hashed at the same time; each takes 19 MiB.',
  }),
  hashQueue: setting({
    group: 'Accounts',
    env: 'HASH_QUEUE',
    schema: wholeNumber(0, 100_000),
    fallback: {
      text: '64 × <HASH_CONCURRENCY>',
      of: ['hashConcurrency'],
      from: ({ hashConcurrency }) => String(64 * hashConcurrency),
    },
    example: '256',
    description: 'How many more may wait; beyond that sign-ins are answered 503 at once.',
  }),
} as const
