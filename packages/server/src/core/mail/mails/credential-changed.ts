import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../blocks.ts'
import { formatInstant } from '../format-instant.ts'
import { renderMail, type RenderedMail } from '../template.ts'

interface Words {
  /** Completes "… at Acme". */
  subject: string
  consequence: string
  /** Below `/account`, where it can be looked at and taken back. */
  page: string
}

/** What can happen to the ways in to an account, beside its password. */
const words = {
  owner_arrived: {
    subject: 'Your account was cleared',
    consequence:
      'Your address was proven for the first time. Until then anybody could have made this account: a password, signed-in devices and keys from before do not open it any more.',
    page: '/password',
  },
  account_linked: {
    subject: 'An account was linked to yours',
    consequence: 'From now on you can sign in with your account at the service named here.',
    page: '/linked-accounts',
  },
  account_unlinked: {
    subject: 'A linked account was removed',
    consequence: 'It does not sign you in any more, and your other devices were signed out.',
    page: '/linked-accounts',
  },
} as const satisfies Record<string, Words>

export type CredentialNotice = keyof typeof words

export interface CredentialChangedInput {
  to: string
  appName: string
  notice: CredentialNotice
  /** What its owner calls the credential; null where there is only one of its kind. */
  name: string | null
  at: Instant
  ip: string | null
  accountLink: string
}

export const credentialChanged = (input: CredentialChangedInput): RenderedMail => {
  const { to, appName, notice, name, at, ip, accountLink } = input
  const { subject, consequence, page } = words[notice]
  return renderMail({
    to,
    appName,
    subject: `${subject} at ${appName}`,
    title: subject,
    blocks: [
      paragraph(consequence),
      facts(
        name === null ? null : ['Name', name],
        ['When', formatInstant(at)],
        ip === null ? null : ['From', ip],
      ),
      paragraph('If it was you, there is nothing to do. If not, take it back and look at your devices:'),
      button('Look at my account', accountLink + page),
    ],
  })
}
