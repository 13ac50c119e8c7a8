import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { normalizeEmail, parseEmailAddress, toAsciiAddress } from './address.ts'

describe('an address is accepted', () => {
  test.each([
    'jane@example.com',
    'Jane.Doe+tag@Example.COM',
    "o'brien_1-2@mail.sub.example.museum",
    '1@2.example',
    'a@xn--bcher-kva.example',
    'a@bücher.example',
    'a@例え.テスト',
    `${'l'.repeat(64)}@example.com`,
    `a@${`${'d'.repeat(63)}.`.repeat(3)}example`,
  ])('%j, and kept as it was written', (text) => {
    expect(parseEmailAddress(text)).toBe(text)
  })
})

describe('what a mail server could take for something else is refused', () => {
  test.each([
    '',
    '@',
    'jane',
    'jane@',
    '@example.com',
    'a@b@example.com',
    'a@b.example@example.com',
    // lists, groups, names, comments, quotes
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    'a@example.com b@example.com',
    'Jane <jane@example.com>',
    '<jane@example.com>',
    'friends:a@example.com;',
    'jane(comment)@example.com',
    'jane@(comment)example.com',
    '"jane"@example.com',
    '"a@evil.example"@example.com',
    'jane\\@example.com',
    // encoded words, which some servers decode into another address (RFC 2047)
    '=?utf-8?q?evil=40evil.example=3e=00?=@example.com',
    '=?iso-8859-1?b?ZXZpbA==?=@example.com',
    'a=?utf-8?q?x?=b@example.com',
    '=?x@example.com',
    'x?=@example.com',
    // source routes
    'jane%evil.example@example.com',
    'evil.example!jane@example.com',
    '@evil.example:jane@example.com',
    // spaces, line ends, NUL, bytes that nobody sees
    ' jane@example.com',
    'jane@example.com ',
    'jane@example.com\n',
    'jane@example.com\r\nBcc: b@example.com',
    'jane\r\n@example.com',
    'ja\0ne@example.com',
    'jane@exam\0ple.com',
    'jane@exam\u00adple.com',
    'jane@exam\u200dple.com',
    'jane\u202e@example.com',
    // dots
    '.jane@example.com',
    'jane.@example.com',
    'ja..ne@example.com',
    'jane@example..com',
    'jane@.example.com',
    'jane@example.com.',
    'jane@example。com',
    // domains that are none
    'jane@localhost',
    'jane@192.0.2.1',
    'jane@[192.0.2.1]',
    'jane@[IPv6:::1]',
    'jane@1.2',
    'jane@0x7f.1',
    'jane@-example.com',
    'jane@example-.com',
    'jane@exa_mple.com',
    'jane@ex%61mple.com',
    'jane@example.com/path',
    'jane@example.com:25',
    'jane@example.com#x',
    'jane@user:pw@example.com',
    // outside ASCII before the @
    'jäne@example.com',
    'ｊane@example.com',
    // too long
    `${'l'.repeat(65)}@example.com`,
    `a@${'d'.repeat(64)}.example`,
    `${'l'.repeat(60)}@${`${'d'.repeat(63)}.`.repeat(3)}example`,
    `a@${'ü'.repeat(60)}.example`,
    `${'l'.repeat(64)}@${`${'ü'.repeat(40)}.`.repeat(4)}example`,
  ])('%j', (text) => {
    expect(parseEmailAddress(text)).toBeNull()
  })

  test('whatever is accepted is one word with one @, plain ASCII for the mail server', () => {
    const sign = fc.oneof(
      fc.constantFrom(...Array.from('a1.@-+<>(),;:"\\ \r\n%!ü')),
      fc.string({ unit: 'binary', maxLength: 1 }),
    )
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 12 }), fc.array(sign, { maxLength: 12 }), (local, domain) => {
        const address = parseEmailAddress(`${local.join('')}@${domain.join('')}.example`)
        if (address === null) return
        expect(toAsciiAddress(address)).toMatch(/^[\w#$&'*+/=?^`{|}~.-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/)
      }),
      { numRuns: 3000 },
    )
  })
})

test('the mail server gets the domain in punycode, and the local part untouched', () => {
  expect(ascii('Jane.Doe@Bücher.Example')).toBe('Jane.Doe@xn--bcher-kva.example')
  expect(ascii('Jane@EXAMPLE.com')).toBe('Jane@example.com')
})

test('look-up ignores case, compatibility forms and the spelling of the domain', () => {
  expect(normalizeEmail('Jane.Doe@Example.COM')).toBe('jane.doe@example.com')
  expect(normalizeEmail('ｊane@example.com')).toBe('jane@example.com')
  expect(normalizeEmail('a@Bücher.example')).toBe(normalizeEmail('a@xn--bcher-kva.example'))
  expect(normalizeEmail('ﬁsh@example.com')).toBe('fish@example.com')
  // Dots and tags are the mail server's business: two addresses.
  expect(normalizeEmail('jane.doe+x@gmail.com')).toBe('jane.doe+x@gmail.com')
  // Not the same letter: a dotless i must not find the account of i.
  expect(normalizeEmail('mıke@example.com')).not.toBe(normalizeEmail('mike@example.com'))
})

test('any text can be looked up, and looking up what was looked up changes nothing', () => {
  expect(normalizeEmail('')).toBe('')
  expect(normalizeEmail('Nobody')).toBe('nobody')
  expect(normalizeEmail('A@@B..C')).toBe('a@@b..c')
  // A capital letter of two signs whose small letter is one.
  expect(normalizeEmail('\u03aa\u0301')).toBe(normalizeEmail(normalizeEmail('\u03aa\u0301')))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, domain) => {
      const once = normalizeEmail(`${local}@${domain}.Example`)
      expect(normalizeEmail(once)).toBe(once)
    }),
    { numRuns: 3000 },
  )
})

function ascii(text: string): string {
  const address = parseEmailAddress(text)
  if (address === null) throw new Error(`${text} was refused.`)
  return toAsciiAddress(address)
}
