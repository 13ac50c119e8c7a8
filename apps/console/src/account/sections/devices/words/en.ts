import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  devices: {
    title: 'Devices',
    intro: 'Where you are signed in. Sign out whatever you do not recognise, then change your password.',
    current: 'This device',
    since: (when: string) => `Signed in on ${when}`,
    bound: 'A copied sign-in is worth nothing: it has a key of its own',
    end: 'Sign out',
    endNamed: (device: string) => `Sign out ${device}`,
    endTitle: (device: string) => `Sign out ${device}?`,
    endText: 'Whoever uses it has to sign in again.',
    ended: (device: string) => `${device} has been signed out.`,
    endOthers: 'Sign out all other devices',
    endOthersTitle: 'Sign out all other devices?',
    endOthersText: 'Only this device stays signed in.',
    endedOthers: 'All other devices have been signed out.',
    alone: 'You are signed in on this device only.',
  },
}

export type DevicesWords = Translated<typeof en>
