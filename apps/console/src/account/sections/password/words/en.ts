import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  password: {
    title: 'Password',
    intro: 'Changing it signs out all your other devices.',
    current: 'Current password',
    next: 'New password',
    hint: 'At least 8 characters. A few words in a row are easy to remember and hard to guess.',
    tooShort: 'The new password needs at least 8 characters.',
    change: 'Change password',
    changed: 'Your password has been changed. All other devices have been signed out.',
    forgot: 'Forgot your password?',
    stepUpText: 'For this we ask for your password again.',
    stepUpField: 'Password',
  },
}

export type PasswordWords = Translated<typeof en>
