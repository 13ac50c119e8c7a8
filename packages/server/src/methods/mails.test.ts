import { days, minutes } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import type { RenderedMail } from '../core/mail/template.ts'
import { accountDeleted } from '../identity/mails/account-deleted.ts'
import { alreadyRegistered } from '../identity/mails/already-registered.ts'
import { apiKeyChanged } from '../identity/mails/api-key-changed.ts'
import { credentialChanged } from '../identity/mails/credential-changed.ts'
import { emailChangeAsked } from '../identity/mails/email-change-asked.ts'
import { emailChangeConfirm } from '../identity/mails/email-change-confirm.ts'
import { emailChanged } from '../identity/mails/email-changed.ts'
import { sessionReuseDetected } from '../identity/mails/session-reuse-detected.ts'
import { verifyEmail } from '../identity/mails/verify-email.ts'
import { accountReady, accountSetup, passwordChanged, resetPassword } from './password/mails.ts'
import { confirmCode, signInCode } from './email-code/mails.ts'
import { magicLink } from './magic-link/mails.ts'

const all = { to: 'jane@example.com', appName: 'Acme', at: Date.UTC(2026, 10, 21, 9, 49), ip: '192.0.2.1' }
const link = 'https://auth.example.com/x?token=secret'
const validFor = minutes(15)

const mails: Record<string, RenderedMail> = {
  verifyEmail: verifyEmail({ ...all, link, code: '012345', validFor, codeValidFor: minutes(10) }),
  resetPassword: resetPassword({ ...all, link, validFor }),
  passwordChanged: passwordChanged(
    { appName: 'Acme', publicUrl: link },
    { ...all, account: { email: all.to } },
  ),
  emailChangeConfirm: emailChangeConfirm({ ...all, link, validFor }),
  emailChanged: emailChanged({
    ...all,
    newEmail: 'new@example.org',
    undo: { undoLink: link, undoFor: days(7) },
  }),
  emailChangeAsked: emailChangeAsked({
    ...all,
    newEmail: 'new@example.org',
    undoLink: link,
    undoFor: days(7),
  }),
  alreadyRegistered: alreadyRegistered({ ...all, resetLink: link, signInLink: '' }),
  sessionReuseDetected: sessionReuseDetected({
    ...all,
    device: 'Firefox on Windows',
    resetLink: link,
    devicesLink: '',
  }),
  apiKeyChanged: apiKeyChanged({ ...all, change: 'created', name: 'deploy', keysLink: link }),
  credentialChanged: credentialChanged({
    ...all,
    notice: 'owner_arrived',
    name: null,
    accountLink: link,
  }),
  accountDeleted: accountDeleted({ ...all, canUndo: false }),
  accountSetup: accountSetup({ ...all, link, validFor }),
  accountReady: accountReady({ ...all, signInLink: link }),
  magicLink: magicLink({ ...all, link, validFor }),
  signInCode: signInCode({ ...all, code: '012345', validFor: minutes(10) }),
  confirmCode: confirmCode({ ...all, code: '012345', validFor: minutes(10) }),
  alreadyRegisteredWithoutPasswords: alreadyRegistered({ ...all, resetLink: null, signInLink: link }),
  sessionReuseWithoutPasswords: sessionReuseDetected({
    ...all,
    device: 'Firefox on Windows',
    resetLink: null,
    devicesLink: link,
  }),
}

describe.each(Object.entries(mails))('%s', (name, mail) => {
  test('goes to one recipient, names the product, and fits the screen of a telephone in its subject', () => {
    expect(mail.to).toBe('jane@example.com')
    expect(mail.subject).toContain('Acme')
    expect(mail.subject.length).toBeLessThanOrEqual(60)
    expect(mail.text).toContain('Acme')
  })

  test('knows how long what it carries is of use, if it says so', () => {
    expect(mail.validFor !== null).toBe(/ valid for /.test(mail.text))
  })

  test('says what it links to', () => {
    expect(mail.links.filter((address) => address.startsWith(link))).toHaveLength(
      ['accountDeleted', 'signInCode', 'confirmCode'].includes(name) ? 0 : 1,
    )
    for (const address of mail.links) expect(mail.text).toContain(address)
    expect(mail.text).not.toMatch(/undefined|null|\[object|NaN/)
  })
})

test.each([
  ['verifyEmail', '15 minutes'],
  ['verifyEmail', '012345'],
  ['resetPassword', '15 minutes'],
  ['emailChangeConfirm', '15 minutes'],
  ['emailChanged', '7 days'],
  ['emailChanged', 'new@example.\u200borg'],
  ['accountSetup', '15 minutes'],
  ['magicLink', '15 minutes'],
  ['signInCode', '10 minutes'],
  ['confirmCode', '10 minutes'],
  ['sessionReuseDetected', 'Firefox on Windows'],
  ['apiKeyChanged', 'deploy'],
  ['sessionReuseDetected', '192.0.2.1'],
  ...['passwordChanged', 'emailChanged', 'sessionReuseDetected', 'apiKeyChanged', 'accountDeleted'].map(
    (name) => [name, '21 November 2026 at 09:49 UTC'],
  ),
])('%s tells %j', (name, said) => {
  expect(mails[name]?.text).toContain(said)
})

test('only mails that prove something show a code, and none in its subject', () => {
  const withCodes = Object.entries(mails).filter(([, { codes }]) => codes.length > 0)
  expect(withCodes.map(([name]) => name)).toEqual(['verifyEmail', 'signInCode', 'confirmCode'])
  for (const [, { codes, subject }] of withCodes) {
    expect(codes).toEqual(['012345'])
    expect(subject).not.toContain('012345')
  }
})

test('a place that is not known is left out', () => {
  const unknown = { ...all, ip: null }
  const without = [
    passwordChanged({ appName: 'Acme', publicUrl: link }, { ...unknown, account: { email: all.to } }),
    emailChanged({ ...unknown, newEmail: 'new@example.org', undo: { undoLink: link, undoFor: days(7) } }),
    sessionReuseDetected({ ...unknown, device: 'x', resetLink: link, devicesLink: '' }),
    apiKeyChanged({ ...unknown, change: 'revoked', name: 'deploy', keysLink: link }),
  ]
  for (const { text } of without) expect(text).not.toMatch(/^(Seen )?[Ff]rom:|null/m)
})
