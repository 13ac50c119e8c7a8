import {
  destination,
  mailbox,
  oneOf,
  optional,
  prefixes,
  returnUrls,
  servedFile,
  smsSender,
  smsUrl,
  smtpUrl,
  wholeNumber,
} from '../schemas.ts'
import { setting } from './setting.ts'

/** Settings for pages, mails and text messages. A derived default stands below its source. */
export const messagesSettings = {
  pagesSession: setting({
    group: 'Pages',
    env: 'PAGES_SESSION',
    schema: oneOf('token', 'cookie'),
    fallback: 'token',
    example: 'cookie',
    description:
      'What the pages start for whoever signs in there: `token` for apps that call the API from the browser, `cookie` for sites that the server renders.',
  }),
  afterSignIn: setting({
    group: 'Pages',
    env: 'AFTER_SIGN_IN',
    schema: destination,
    fallback: '/account',
    example: 'https://app.example.com/signed-in',
    description: 'Where a sign-in leads that was not asked for by `return_to`.',
  }),
  returnUrls: setting({
    group: 'Pages',
    env: 'RETURN_URLS',
    schema: returnUrls,
    fallback: '',
    example: 'https://app.example.com/signed-in, http://localhost:5173/',
    description:
      'Addresses elsewhere that `return_to` may name, character for character. Paths of this server need no entry.',
  }),
  pagesLogo: setting({
    group: 'Pages',
    env: 'PAGES_LOGO',
    schema: optional(servedFile('.svg', '.png', '.jpg', '.webp')),
    fallback: null,
    example: '/etc/latchkey/logo.svg',
    description:
      'An image that stands above the pages in the place of mark and name. Read once, at the start.',
  }),
  pagesStylesheet: setting({
    group: 'Pages',
    env: 'PAGES_STYLESHEET',
    schema: optional(servedFile('.css')),
    fallback: null,
    example: '/etc/latchkey/pages.css',
    description: 'A stylesheet that the pages load after their own. Read once, at the start.',
  }),

  smtpUrl: setting({
    group: 'Mail',
    env: 'SMTP_URL',
    schema: optional(smtpUrl),
    fallback: null,
    example: 'smtps://user:password@smtp.example.com:465',
    description:
      'The mail server. `?starttls=optional` permits one without TLS. None: mails are kept for the development inbox and sent nowhere.',
    secret: 'credentials',
  }),
  mailFrom: setting({
    group: 'Mail',
    env: 'MAIL_FROM',
    schema: mailbox,
    fallback: {
      text: '<APP_NAME> <no-reply@<host of PUBLIC_URL>>',
      of: ['appName', 'publicUrl'],
      from: ({ appName, publicUrl }) => `${appName} <no-reply@${mailDomain(publicUrl)}>`,
    },
    example: 'Example <no-reply@example.com>',
    description: 'The sender of every mail.',
  }),

  smsUrl: setting({
    group: 'SMS',
    env: 'SMS_URL',
    schema: optional(smsUrl),
    fallback: null,
    example: 'https://AC0123:token@api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json',
    description:
      'Where messages are posted, as Twilio takes them: a form with `From`, `To` and `Body`, and the account and its token as user and password. None: in development they land in the inbox; in production nobody can have a phone number.',
    secret: 'credentials',
  }),
  smsFrom: setting({
    group: 'SMS',
    env: 'SMS_FROM',
    schema: optional(smsSender),
    fallback: null,
    example: '+4915123456789',
    description:
      'The sender of every message: a number, a name of up to 11 letters and digits, or a messaging service (`MG…`).',
  }),
  smsPrefixes: setting({
    group: 'SMS',
    env: 'SMS_PREFIXES',
    schema: prefixes,
    fallback: '',
    example: '+49, +43, +41',
    description:
      'How the numbers begin that messages are sent to. The best defence against fraud with expensive numbers is to name the countries that you serve; `+` alone is the whole world. Needed with SMS_URL.',
  }),
  smsPerDay: setting({
    group: 'SMS',
    env: 'SMS_PER_DAY',
    schema: wholeNumber(1, 1_000_000),
    fallback: '500',
    example: '5000',
    description:
      'How many messages a day may go to numbers that are not verified yet. Beyond it no new numbers are added; codes for those who have one are still sent.',
  }),
} as const

// An address on a bare IP (`no-reply@192.0.2.1`) is no address.
function mailDomain(publicUrl: string): string {
  const { hostname } = new URL(publicUrl)
  return /^\[|^[\d.]+$/.test(hostname) ? 'localhost' : hostname
}
