import { en as base } from '../../base/words/en.ts'
import type { Translated } from '../../base/words/translated.ts'
import { en as activity } from '../sections/activity/words/en.ts'
import { en as apiKeys } from '../sections/api-keys/words/en.ts'
import { en as appearance } from '../sections/appearance/words/en.ts'
import { en as codes } from '../sections/codes/words/en.ts'
import { en as data } from '../sections/data/words/en.ts'
import { en as devices } from '../sections/devices/words/en.ts'
import { en as email } from '../sections/email/words/en.ts'
import { en as linkedAccounts } from '../sections/linked-accounts/words/en.ts'
import { en as passkeys } from '../sections/passkeys/words/en.ts'
import { en as password } from '../sections/password/words/en.ts'
import { en as profile } from '../sections/profile/words/en.ts'
import { en as secondFactors } from '../sections/second-factors/words/en.ts'

export const en = {
  ...base,
  ...profile,
  ...email,
  ...password,
  ...passkeys,
  ...codes,
  ...secondFactors,
  ...linkedAccounts,
  ...devices,
  ...apiKeys,
  ...activity,
  ...appearance,
  ...data,
  shell: {
    account: 'Your account',
    skip: 'Skip to content',
    sections: 'Sections',
    menu: 'Menu',
    signingIn: 'Taking you to sign-in…',
    notFound: 'There is nothing at this address.',
    toProfile: 'To your profile',
    offline:
      'There is no connection. What you see may be out of date; it mends itself once the connection is back.',
    insecure: 'This page needs a secure connection. Open it by its https address.',
  },
  goodbye: {
    title: 'Your account has been deleted',
    text: 'Everything in it is gone, and all devices have been signed out. A mail confirms it. Farewell!',
    again: 'Create a new account',
  },
}

export type AccountWords = Translated<typeof en>
