import type { ComponentType } from 'react'
import type { StepUpViews } from '../../parts/step-up-method.ts'
import { hasPasswords } from '../../base/page-settings.ts'
import { Activity } from './activity/activity.tsx'
import { ApiKeys } from './api-keys/api-keys.tsx'
import { Appearance } from './appearance/appearance.tsx'
import { Codes } from './codes/codes.tsx'
import { Data } from './data/data.tsx'
import { Devices } from './devices/devices.tsx'
import { Email } from './email/email.tsx'
import { LinkedAccounts } from './linked-accounts/linked-accounts.tsx'
import { Passkeys } from './passkeys/passkeys.tsx'
import { PasskeyStepUp } from './passkeys/step-up.tsx'
import { Password } from './password/password.tsx'
import { PasswordStepUp } from './password/step-up.tsx'
import { Profile } from './profile/profile.tsx'
import { SecondFactors } from './second-factors/second-factors.tsx'

interface Section {
  /** Below `/account`; other pages link to them. */
  path: string
  /** The key of its words. */
  name:
    | 'profile'
    | 'email'
    | 'password'
    | 'passkeys'
    | 'codes'
    | 'secondFactors'
    | 'linkedAccounts'
    | 'devices'
    | 'apiKeys'
    | 'activity'
    | 'appearance'
    | 'data'
  component: ComponentType
  /** Its methods in the step-up dialog, if they are not a code to type. */
  stepUp?: StepUpViews
}

const all: readonly Section[] = [
  { path: '/', name: 'profile', component: Profile },
  { path: '/email', name: 'email', component: Email },
  { path: '/password', name: 'password', component: Password, stepUp: { password: PasswordStepUp } },
  { path: '/passkeys', name: 'passkeys', component: Passkeys, stepUp: { passkey: PasskeyStepUp } },
  { path: '/codes', name: 'codes', component: Codes },
  { path: '/second-factors', name: 'secondFactors', component: SecondFactors },
  { path: '/linked-accounts', name: 'linkedAccounts', component: LinkedAccounts },
  { path: '/devices', name: 'devices', component: Devices },
  { path: '/api-keys', name: 'apiKeys', component: ApiKeys },
  { path: '/activity', name: 'activity', component: Activity },
  { path: '/appearance', name: 'appearance', component: Appearance },
  { path: '/data', name: 'data', component: Data },
]

/** In the order of the menu. */
export const sections: readonly Section[] = all.filter(({ name }) => name !== 'password' || hasPasswords)

export const stepUpViews: StepUpViews = Object.assign({}, ...all.map(({ stepUp }) => stepUp ?? {}))
