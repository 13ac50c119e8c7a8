import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface AccountReadyInput {
  to: string
  appName: string
  signInLink: string
}

/** For an account without a password, where none is needed: whoever reads this mail can sign in. */
export const accountReady = ({ to, appName, signInLink }: AccountReadyInput): RenderedMail =>
  renderMail({
    to,
    appName,
    subject: `Your account at ${appName}`,
    title: 'Sign in to your account',
    blocks: [
      paragraph(`There is an account for this address at ${appName}. You sign in to it without a password.`),
      button('Sign in', signInLink),
      note('If you do not expect this, do nothing: nobody can sign in who does not read your mail.'),
    ],
  })
