import type { Translated } from '../../../../base/words/translated.ts'

export const en = {
  passkeys: {
    title: 'Passkeys',
    intro:
      'You sign in with them by your fingerprint, your face or the PIN of a device: nothing to remember, nothing to type, nothing that a false page could take.',
    empty: 'You have no passkeys yet.',
    unsupported: 'This browser cannot use passkeys.',
    add: 'Add a passkey',
    added: (name: string) => `${name} has been added.`,
    synced: 'Synced',
    syncable: 'Can be synced',
    device: 'This device only',
    suspected: 'Possibly copied',
    suspectedText: 'Its counter went back, as if it existed twice. Remove it and make a new one.',
    created: (when: string) => `Added on ${when}`,
    used: (when: string) => `Last used ${when}`,
    unused: 'Never used',
    rename: 'Rename',
    renameNamed: (name: string) => `Rename ${name}`,
    renameTitle: (name: string) => `What is ${name} to be called?`,
    name: 'Name',
    nameMissing: 'Give the passkey a name.',
    renamed: (name: string) => `It is called ${name} now.`,
    remove: 'Remove',
    removeNamed: (name: string) => `Remove ${name}`,
    removeTitle: (name: string) => `Remove ${name}?`,
    removeText: 'It does not open your account any more, and all other devices are signed out.',
    removed: (name: string) => `${name} has been removed.`,
    askTitle: 'After the password',
    askText:
      'Have a passkey asked for as well when somebody signs in with your password. Then keep one that you have with you everywhere, or two.',
    ask: 'Ask for a passkey',
    doNotAsk: 'Do not ask any more',
    asked: 'From now on the password alone does not open your account.',
    notAsked: 'From now on the password alone is enough again.',
    stepUpText: 'Prove it by a passkey.',
    stepUp: 'Use a passkey',
  },
}

export type PasskeysWords = Translated<typeof en>
