import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

/** A mail about a change of a credential. */
export interface Notice {
  /** Completes "… at Acme". */
  subject: string
  consequence: string
  /** Page below `/account` where it can be looked at and undone. */
  page: string
  /** Label of `name`. @default 'Name' */
  label?: string
  /** The author of the change. @default 'user' */
  by?: keyof typeof closings
}

/** The last sentence before the button: what to do, by who did it. */
const closings = {
  user: 'If it was you, there is nothing to do. If not, take it back and look at your devices:',
  administrator: 'If you do not know why, ask an administrator. This is your account:',
  owner: 'Sign in again and look at your account:',
} as const

/** Notices that several methods share. */
const shared = {
  owner_arrived: {
    subject: 'Your account was cleared',
    consequence:
      'Your address was proven for the first time. Until then anybody could have made this account: a password, signed-in devices and keys from before do not open it any more.',
    page: '/password',
    by: 'owner',
  },
  recovery_codes_made: {
    subject: 'You have new recovery codes',
    consequence: 'The recovery codes from before do not count any more.',
    page: '/second-factors',
  },
  factors_reset: {
    subject: 'Your second factors were removed',
    consequence:
      'An administrator removed your authenticator app, your recovery codes and whatever else was asked for when you sign in, and signed out your devices. Set up a new second factor when you have signed in again.',
    page: '/second-factors',
    by: 'administrator',
  },
  address_changed: {
    subject: 'This is your address now',
    consequence:
      'Your account uses this address from now on, and all other devices were signed out. The address from before can take it back for seven days.',
    page: '/email',
  },
  address_change_undone: {
    subject: 'A change of address was undone',
    consequence:
      'The account is back at the address that it had before. All devices were signed out, and what was added since the change is gone.',
    page: '/email',
    by: 'owner',
  },
  roles_changed: {
    subject: 'Your roles were changed',
    consequence: 'An administrator changed what you may do.',
    page: '/activity',
    by: 'administrator',
    label: 'Roles now',
  },
  session_ended: {
    subject: 'A device was signed out',
    consequence: 'An administrator ended one of your sessions. The others go on.',
    page: '/devices',
    by: 'administrator',
  },
  sessions_ended: {
    subject: 'Your devices were signed out',
    consequence: 'An administrator ended your sessions. Sign in again on the devices that you use.',
    page: '/devices',
    by: 'administrator',
  },
} as const satisfies Record<string, Notice>

/** A shared notice by its key, or one of a method's own. */
export type CredentialNotice = keyof typeof shared | Notice

export interface CredentialChangedInput {
  to: string
  appName: string
  notice: CredentialNotice
  /** Name that its owner gave the credential; null if there is only one of its kind. */
  name: string | null
  at: Instant
  ip: string | null
  accountLink: string
}

export const credentialChanged = (input: CredentialChangedInput): RenderedMail => {
  const { to, appName, notice, name, at, ip, accountLink } = input
  const {
    subject,
    consequence,
    page,
    label = 'Name',
    by = 'user',
  }: Notice = typeof notice === 'string' ? shared[notice] : notice
  return renderMail({
    to,
    appName,
    subject: `${subject} at ${appName}`,
    title: subject,
    blocks: [
      paragraph(consequence),
      facts(
        name === null ? null : [label, name],
        ['When', formatInstant(at)],
        ip === null ? null : ['From', ip],
      ),
      paragraph(closings[by]),
      button('Look at my account', accountLink + page),
    ],
  })
}
