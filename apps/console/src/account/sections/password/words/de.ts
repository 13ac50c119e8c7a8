import type { PasswordWords } from './en.ts'

export const de: PasswordWords = {
  password: {
    title: 'Passwort',
    intro: 'Wenn Sie es ändern, werden alle anderen Geräte abgemeldet.',
    current: 'Bisheriges Passwort',
    next: 'Neues Passwort',
    hint: 'Mindestens 8 Zeichen. Mehrere Wörter hintereinander sind leicht zu merken und schwer zu erraten.',
    tooShort: 'Das neue Passwort braucht mindestens 8 Zeichen.',
    change: 'Passwort ändern',
    changed: 'Ihr Passwort wurde geändert. Alle anderen Geräte wurden abgemeldet.',
    forgot: 'Passwort vergessen?',
    stepUpText: 'Dafür fragen wir noch einmal nach Ihrem Passwort.',
    stepUpField: 'Passwort',
  },
}
