import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  email: {
    title: 'E-mail address',
    intro: 'You sign in with it, and we write to it about the security of your account.',
    verified: 'Confirmed',
    unverified: 'Not confirmed yet',
    confirmTitle: 'Confirm this address',
    confirmIntro: 'Open the link in the mail that we sent you, or type its six-digit code here.',
    code: 'Code from the mail',
    confirm: 'Confirm',
    sendAgain: 'Send the mail again',
    sent: 'A new mail is on its way. Only the newest code counts.',
    confirmed: 'Your address has been confirmed.',
    changeTitle: 'Use another address',
    changeIntro: (current: string) =>
      `We send a mail to the new address. Until its link is opened, ${current} remains the one that counts.`,
    newEmail: 'New e-mail address',
    change: 'Send confirmation',
    pendingTitle: 'One step left',
    pending: (email: string) => `Open the link in the mail to ${email}. It works for one hour.`,
    pendingUndo: 'Your present address is told about the change and can undo it for a week.',
    other: 'Use a different address',
    same: 'That is your address already.',
    changed: (email: string) => `Your address is now ${email}.`,
  },
}

export type EmailWords = Translated<typeof en>
