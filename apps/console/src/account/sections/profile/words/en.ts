import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  profile: {
    title: 'Profile',
    intro: 'How apps and people greet you.',
    name: 'Name',
    optional: 'optional',
    saved: 'Your name has been saved.',
    about: 'About this account',
    email: 'E-mail address',
    language: 'Language',
    since: 'Account since',
    change: 'Change',
  },
}

export type ProfileWords = Translated<typeof en>
