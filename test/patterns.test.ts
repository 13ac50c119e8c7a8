import { deviceBoundSessionRoutes } from '@latchkey/contract'
import { expect, test } from 'vitest'
import { isSlow, literalsIn } from '../scripts/house/patterns.ts'
import { parseStrictJson } from '../packages/contract/src/strict-json.ts'
import { certificateHeaders, certificateIn } from '../packages/verify/src/guard/client-certificate.ts'
import { findCredentials } from '../packages/verify/src/guard/credentials.ts'
import { createTrust } from '../packages/verify/src/guard/network.ts'
import { addVary } from '../packages/verify/src/guard/vary.ts'
import { parseJws } from '../packages/verify/src/token/jws.ts'
import { redact } from '../packages/server/src/core/log/redact.ts'
import { parseEmailAddress } from '../packages/server/src/core/mail/address.ts'
import { oneLine, tame } from '../packages/server/src/core/mail/tame.ts'
import { parseCookies } from '../packages/server/src/core/request/cookie.ts'
import { deviceLabel } from '../packages/server/src/core/request/device-label.ts'
import { clientAddress } from '../packages/server/src/core/request/network.ts'
import { parseCertificates } from '../packages/server/src/features/mutual-tls/x509/certificate.ts'
import { parseName } from '../packages/server/src/features/mutual-tls/x509/distinguished-name.ts'
import { parseRevocationLists } from '../packages/server/src/features/mutual-tls/x509/revocation-list.ts'
import { isHeld } from '../packages/server/src/http/if-none-match.ts'
import { parseArgon2Hash } from '../packages/server/src/methods/password/hashes/argon2-hash.ts'
import { parsePbkdf2Hash } from '../packages/server/src/methods/password/hashes/pbkdf2-hash.ts'
import { decidePassword } from '../packages/server/src/methods/password/password-policy.ts'
import { readCode } from '../packages/server/src/methods/recovery-codes/code.ts'
import { ownPath } from '../packages/server/src/page-kit/return-to.ts'
import { chooseLanguage } from '../packages/server/src/page-kit/words/languages.ts'
import { bearerOf, dpopTokenOf } from '../packages/server/src/sessions/tokens/bearer.ts'

const size = 64 * 1024
const fill = (text: string): string => text.repeat(Math.ceil(size / text.length)).slice(0, size)

/** Long runs of what patterns repeat, ended by what none of them ends with; each also after a good beginning. */
const runs = [
  ' ',
  '\t',
  '\u00a0',
  '\n',
  'a',
  '0',
  '=',
  ';',
  ',',
  ':',
  '/',
  '//',
  '%',
  '@',
  '.',
  '-',
  '\\',
  '"',
  '\\"',
]
const pairs = [
  'a ',
  ' a',
  'a=b;',
  'a, ',
  'a:',
  '://a:',
  '/a',
  'a.',
  'a-',
  '1.',
  '::',
  'a@',
  '[{',
  '"a',
  '-----BEGIN ',
  '#aa',
  ' = ',
]
const endings = ['', '!', '\u0000', ' !', '\n', '\n\u0000']

const deviceHeaders = Object.values(deviceBoundSessionRoutes).flatMap(({ headers }) =>
  Object.values(headers.shape),
)

const readers: Record<string, { starts?: readonly string[]; read: (text: string) => unknown }> = {
  'Authorization, bearer': { starts: ['Bearer ', 'Bearer a'], read: bearerOf },
  'Authorization, DPoP': { starts: ['DPoP ', 'DPoP a'], read: dpopTokenOf },
  'Authorization, in the verifier': {
    starts: ['Bearer ', 'Bearer a', 'DPoP a'],
    read: (text) => findCredentials((name) => (name === 'authorization' ? text : null), null),
  },
  'Cookie, in the verifier': {
    starts: ['__Host-latchkey-session='],
    read: (text) => findCredentials((name) => (name === 'cookie' ? text : null), '__Host-latchkey-session'),
  },
  Cookie: { starts: ['a=b; '], read: parseCookies },
  ...Object.fromEntries(
    certificateHeaders.map((header) => [
      header,
      {
        starts: [':', 'Hash=a;Cert="', '-----BEGIN CERTIFICATE-----', '-----BEGIN CERTIFICATE-----A'],
        // The readers look at no more than 16 KiB.
        read: (text: string) => certificateIn(header, text.slice(0, 16_384)),
      },
    ]),
  ),
  'X-Forwarded-For': {
    starts: ['192.0.2.1, ', '::ffff:'],
    read: (text) => clientAddress('10.0.0.1', text, () => true),
  },
  'addresses of proxies': { read: (text) => createTrust(['10.0.0.0/8'])?.(text) },
  'Accept-Language': {
    starts: ['de;q='],
    read: (text) => chooseLanguage({ uiLocales: text, cookie: text, acceptLanguage: text }),
  },
  'If-None-Match': { starts: ['"a", '], read: (text) => isHeld(text, '"b"') },
  'User-Agent': { starts: ['Mozilla/5.0 ('], read: (text) => deviceLabel(text.slice(0, 512)) },
  Vary: { read: (text) => addVary(text, 'Origin') },
  'structured headers of devices': {
    starts: ['"', 'a;'],
    read: (text) => deviceHeaders.map((schema) => schema.safeParse(text).success),
  },
  'a return path': { starts: ['/'], read: (text) => ownPath(text, 'https://auth.example.com') },
  'an address': { starts: ['a@', 'ada@example.'], read: parseEmailAddress },
  'text in a mail': { read: (text) => [tame(text), oneLine(text)] },
  'a line of the log': { starts: ['postgres://', 'lkr_', 'eyJ', '?token='], read: redact },
  'a token': { starts: ['eyJ.'], read: parseJws },
  JSON: { starts: ['{"a":', '"'], read: (text) => refuse(() => parseStrictJson(text)) },
  'a password': { read: (text) => decidePassword(text.slice(0, 1024)) },
  'a recovery code': { read: readCode },
  'an imported hash': {
    starts: ['$argon2id$v=19$m=1,t=1,p=1$', '$pbkdf2$i=1$'],
    read: (text) => [parseArgon2Hash(text), parsePbkdf2Hash(text)],
  },
  'a distinguished name': {
    starts: ['CN=', 'CN=a, ', '1.2', 'CN=#'],
    read: (text) => refuse(() => parseName(text)),
  },
  'certificates of a file': {
    starts: ['-----BEGIN CERTIFICATE-----'],
    read: (text) => refuse(() => [parseCertificates(text), parseRevocationLists(Buffer.from(text))]),
  },
}

function refuse(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error
  }
}

/** Two orders of magnitude above what linear work takes, and a tenth of what a square of it does. */
const mostMilliseconds = 500

test.each(Object.entries(readers))(
  '64 KiB of the worst, as %s, is read in linear time',
  (_, { starts = [], read }) => {
    for (const start of ['', ...starts])
      for (const unit of [...runs, ...pairs])
        for (const ending of endings) {
          const text = start + fill(unit) + ending
          // Processor time of this process, so that a busy machine changes nothing.
          const before = process.cpuUsage()
          read(text)
          const { user } = process.cpuUsage(before)
          expect(user / 1000, JSON.stringify([start, unit, ending])).toBeLessThan(mostMilliseconds)
        }
  },
)

test.each([
  ['two repetitions that share a space', / *(.*?) *$/],
  ['a repetition at the end, from every start', /=+$/],
  ['a repetition before what must follow', /\s*,\s*/],
  ['a repetition of a repetition', /^(a+)+$/],
])('the check of the house finds %s', (_, { source, flags }) => {
  expect(isSlow({ source, flags })).toBe(true)
})

test.each([/^ +/, /(?<! ) +$/, /^[a-z]+=[0-9]+$/, /={1,2}$/, /^\p{L}+$/u])(
  'the check of the house passes %s',
  ({ source, flags }) => {
    expect(isSlow({ source, flags })).toBe(false)
  },
)

test('the check of the house finds every pattern of a file, and none in its texts and comments', () => {
  const text =
    'const a: RegExp = /x+/u // /no/\nexport const b = (s: string) => s.split(/,/g)["/n/"] ?? `/n/${/y/v.source}`'
  expect(literalsIn('a.ts', text).map(({ source }) => source)).toEqual(['x+', ',', 'y'])
})
