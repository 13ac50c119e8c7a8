import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface AlreadyRegisteredInput {
  to: string
  appName: string
  /** Null where passwords are off. */
  resetLink: string | null
  signInLink: string
}

/** Mail to the owner of an address that is registered again; the person who registers learns nothing. */
export const alreadyRegistered = ({
  to,
  appName,
  resetLink,
  signInLink,
}: AlreadyRegisteredInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `You already have an account at ${appName}`,
    title: 'You already have an account',
    blocks: [
      paragraph(
        `Somebody, perhaps you, tried to register at ${appName} with this address. It has an account already.`,
      ),
      ...(resetLink === null
        ? [button('Sign in', signInLink)]
        : [paragraph('You do not remember the password?'), button('Choose a new password', resetLink)]),
      note(
        'If it was not you, do nothing: nothing has changed, and nobody was told that the account exists.',
      ),
    ],
  })
