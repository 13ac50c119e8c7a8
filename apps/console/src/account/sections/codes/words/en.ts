import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  codes: {
    title: 'Phone and codes',
    intro: 'Codes that are sent to you, to prove that it is you.',
    phoneTitle: 'Phone number',
    phoneText:
      'Codes by SMS are better than a password alone. A passkey or an authenticator app is safer: numbers can be stolen.',
    verified: 'Confirmed',
    smsFactor: 'Ask for a code by SMS when I sign in',
    add: 'Add a number',
    change: 'Use another number',
    remove: 'Remove',
    removeTitle: 'Remove this number?',
    removeText: 'Codes are no longer sent to it, neither to sign in nor as a second step.',
    added: 'The number has been added.',
    removed: 'The number has been removed.',
    saved: 'Your choice has been saved.',
    number: 'Phone number',
    numberHint: 'With the country code, such as +49 151 23456789.',
    send: 'Send the code',
    sent: (n: string) => `A code is on its way to ${n}.`,
    delayed: 'Messages do not get through right now. We keep trying; the code comes as soon as they do.',
    code: 'Code from the message',
    confirm: 'Confirm',
    wrongNumber: 'Enter a phone number with its country code, such as +49 151 23456789.',
    wrongCode: 'The code is wrong, used or too old.',
    mailTitle: 'Codes by mail',
    mailText:
      'A second step for whoever has no phone at hand. It stops those who know your password, not those who read your mail.',
    mailFactor: 'Ask for a code by mail when I sign in',
  },
}

export type CodesWords = Translated<typeof en>
