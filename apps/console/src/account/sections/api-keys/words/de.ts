import type { ApiKeysWords } from './en.ts'

export const de: ApiKeysWords = {
  apiKeys: {
    title: 'API-Schlüssel',
    intro:
      'Programme handeln damit für Sie. Wer einen Schlüssel hat, kann dasselbe tun: Behandeln Sie ihn wie ein Passwort.',
    empty: 'Sie haben keine API-Schlüssel.',
    create: 'Schlüssel erstellen',
    name: 'Wofür ist er?',
    nameMissing: 'Geben Sie dem Schlüssel einen Namen.',
    scopes: 'Berechtigungen (Scopes)',
    scopesHint:
      'Was der Schlüssel darf, so wie Ihre Anwendung es nennt. Mehrere werden durch Leerzeichen getrennt.',
    expires: 'Gilt',
    days: (count) => `${count} Tage`,
    never: 'Unbegrenzt',
    inherit: 'Der Schlüssel darf alles, was meine Rollen erlauben',
    created: (when) => `Erstellt am ${when}`,
    used: (when) => `Zuletzt benutzt ${when}`,
    unused: 'Nie benutzt',
    until: (when) => `Gilt bis ${when}`,
    endless: 'Gilt unbegrenzt',
    ended: 'Abgelaufen',
    revoked: 'Widerrufen',
    replaced: 'Wird ersetzt',
    shownTitle: 'Kopieren Sie jetzt den Schlüssel',
    shownText: 'Er wird nur dieses eine Mal gezeigt. Bewahren Sie ihn auf wie ein Passwort.',
    key: 'API-Schlüssel (geheim)',
    copy: 'Kopieren',
    copied: 'Der Schlüssel wurde kopiert.',
    done: 'Ich habe ihn verwahrt',
    rename: 'Umbenennen',
    renameNamed: (name) => `${name} umbenennen`,
    renameTitle: (name) => `${name} umbenennen`,
    renamedDone: (name) => `Der Schlüssel heißt jetzt ${name}.`,
    rotate: 'Ersetzen',
    rotateNamed: (name) => `${name} ersetzen`,
    rotateTitle: (name) => `${name} durch einen neuen Schlüssel ersetzen?`,
    rotateText:
      'Der alte Schlüssel gilt noch eine Stunde, damit Sie den neuen an seine Stelle setzen können.',
    revoke: 'Widerrufen',
    revokeNamed: (name) => `${name} widerrufen`,
    revokeTitle: (name) => `${name} widerrufen?`,
    revokeText:
      'Programme, die ihn benutzen, werden sofort abgewiesen. Das lässt sich nicht rückgängig machen.',
    revokedDone: (name) => `${name} wurde widerrufen.`,
  },
}
