import { days, hours, minutes, seconds } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { button, code, facts, note, paragraph } from './blocks.ts'
import { formatInstant } from './format-instant.ts'
import { formatSpan } from './format-span.ts'
import { renderMail, type MailContent } from './template.ts'

const link = 'https://auth.example.com/reset?token=abc&next=%2F'

test('text and HTML say the same, and links and codes are listed', () => {
  const mail = render({
    blocks: [
      paragraph('A paragraph.'),
      button('Do it', link),
      code('012345'),
      facts(['When', 'now'], null, ['From', '192.0.2.1']),
      note('Small print.'),
    ],
  })
  expect(mail).toMatchObject({ to: 'jane@example.com', subject: 'Subject', links: [link], codes: ['012345'] })
  for (const said of [
    'Title',
    'A paragraph.',
    'Do it',
    '012345',
    'When',
    'now',
    '192.0.2.1',
    'Small print.',
    'Acme',
  ]) {
    expect(mail.text).toContain(said)
    expect(mail.html).toContain(said)
  }
  expect(mail.text).toContain(`Do it:\n${link}\n`)
  expect(mail.html).toContain(`href="${link.replace('&', '&amp;')}"`)
  expect(mail.text).not.toMatch(/undefined|null|\[object/)
  expect(mail.html).not.toMatch(/undefined|null|\[object/)
})

test('it needs nothing from elsewhere: no images, scripts, fonts, style sheets or frames', () => {
  const { html } = render({ blocks: [paragraph('x')] })
  expect(html).not.toMatch(/<(img|script|link|iframe|form|object)|url\(|@import|src=/i)
  expect(html).toContain('prefers-color-scheme: dark')
})

describe('texts of strangers', () => {
  test('stay text', () => {
    const evil = '"><img src=x onerror=alert(1)>'
    const mail = render({
      appName: evil,
      title: evil,
      subject: evil,
      blocks: [paragraph(evil), facts(['x', evil])],
    })
    expect(mail.html).not.toContain('<img')
    expect(mail.text).toContain(evil)
  })

  test('stay in their line, and in the subject', () => {
    const evil = 'Firefox\r\nBcc: b@example.com\r\n\r\nClick\u2028here\u202eexe'
    const mail = render({ appName: evil, subject: evil, blocks: [facts(['Device', evil])] })
    expect(mail.subject).toBe('Firefox Bcc: b@example.com Click here exe')
    expect(mail.text).toContain('Device: Firefox Bcc: b@example.\u200bcom Click here exe\n')
    expect(mail.text).not.toMatch(/^Bcc|\u202e/m)
  })

  test('do not become links, and are cut', () => {
    const { text, html } = render({
      blocks: [facts(['Device', `https://evil.example/x ${'y'.repeat(500)}`])],
    })
    for (const said of [text, html]) {
      expect(said).not.toMatch(/evil\.example/)
      expect(said).not.toContain('https://evil')
      expect(said).not.toContain('y'.repeat(101))
    }
    expect(render({ blocks: [facts(['x', '🔑'.repeat(60).slice(1)])] }).text.isWellFormed()).toBe(true)
  })
})

test.each([
  'javascript:alert(1)',
  '/relative',
  'https://a b',
  'https://a.example/"onx',
  'mailto:a@b.example',
  '',
])('the link %j is refused, without showing it', (bad) => {
  expect(() => render({ blocks: [button('x', bad)] })).toThrow(
    new TypeError('A link in a mail must be an http address.'),
  )
})

test.each([
  [minutes(1), '1 minute'],
  [minutes(15), '15 minutes'],
  [minutes(60), '1 hour'],
  [minutes(90), '90 minutes'],
  [hours(24), '1 day'],
  [hours(36), '36 hours'],
  [days(7), '7 days'],
  [seconds(150), '2 minutes'],
  [seconds(20), '1 minute'],
])('%i ms are %s', (span, text) => {
  expect(formatSpan(span)).toBe(text)
})

test('moments are told in UTC and say so', () => {
  expect(formatInstant(Date.UTC(2026, 10, 21, 9, 49, 59))).toBe('21 November 2026 at 09:49 UTC')
})

const render = (content: Partial<MailContent>) =>
  renderMail({
    to: 'jane@example.com',
    appName: 'Acme',
    subject: 'Subject',
    title: 'Title',
    blocks: [],
    ...content,
  })
