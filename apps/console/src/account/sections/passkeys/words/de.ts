import type { PasskeysWords } from './en.ts'

export const de: PasskeysWords = {
  passkeys: {
    title: 'Passkeys',
    intro:
      'Mit ihnen melden Sie sich per Fingerabdruck, Gesicht oder Geräte-PIN an: nichts zu merken, nichts zu tippen, nichts, was eine gefälschte Seite abgreifen könnte.',
    empty: 'Sie haben noch keine Passkeys.',
    unsupported: 'Dieser Browser kann keine Passkeys verwenden.',
    add: 'Passkey hinzufügen',
    added: (name) => `${name} wurde hinzugefügt.`,
    synced: 'Synchronisiert',
    syncable: 'Synchronisierbar',
    device: 'Nur auf diesem Gerät',
    suspected: 'Vielleicht kopiert',
    suspectedText:
      'Sein Zähler ging zurück, als gäbe es ihn zweimal. Entfernen Sie ihn und legen Sie einen neuen an.',
    created: (when) => `Hinzugefügt am ${when}`,
    used: (when) => `Zuletzt verwendet ${when}`,
    unused: 'Noch nie verwendet',
    rename: 'Umbenennen',
    renameNamed: (name) => `${name} umbenennen`,
    renameTitle: (name) => `Wie soll ${name} heißen?`,
    name: 'Bezeichnung',
    nameMissing: 'Geben Sie dem Passkey einen Namen.',
    renamed: (name) => `Er heißt jetzt ${name}.`,
    remove: 'Entfernen',
    removeNamed: (name) => `${name} entfernen`,
    removeTitle: (name) => `${name} entfernen?`,
    removeText: 'Er öffnet Ihr Konto nicht mehr, und alle anderen Geräte werden abgemeldet.',
    removed: (name) => `${name} wurde entfernt.`,
    askTitle: 'Nach dem Passwort',
    askText:
      'Lassen Sie zusätzlich einen Passkey verlangen, wenn sich jemand mit Ihrem Passwort anmeldet. Halten Sie dann einen bereit, den Sie überall dabeihaben, oder zwei.',
    ask: 'Passkey verlangen',
    doNotAsk: 'Nicht mehr verlangen',
    asked: 'Ab jetzt öffnet das Passwort allein Ihr Konto nicht mehr.',
    notAsked: 'Ab jetzt genügt wieder das Passwort allein.',
    stepUpText: 'Weisen Sie sich mit einem Passkey aus.',
    stepUp: 'Passkey verwenden',
  },
}
