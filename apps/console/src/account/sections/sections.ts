import type { ComponentType } from 'react'
import { hasPasswords } from '../../base/page-settings.ts'
import { Activity } from './activity.tsx'
import { ApiKeys } from './api-keys.tsx'
import { Appearance } from './appearance.tsx'
import { Codes } from './codes.tsx'
import { Data } from './data.tsx'
import { Devices } from './devices.tsx'
import { Email } from './email.tsx'
import { LinkedAccounts } from './linked-accounts.tsx'
import { Passkeys } from './passkeys.tsx'
import { Password } from './password.tsx'
import { Profile } from './profile.tsx'
import { SecondFactors } from './second-factors.tsx'

interface Section {
  /** Below `/account`; other pages link to them. */
  path: string
  /** In the catalogue. */
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
}

const all: readonly Section[] = [
  { path: '/', name: 'profile', component: Profile },
  { path: '/email', name: 'email', component: Email },
  { path: '/password', name: 'password', component: Password },
  { path: '/passkeys', name: 'passkeys', component: Passkeys },
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
