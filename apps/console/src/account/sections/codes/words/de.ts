import type { CodesWords } from './en.ts'

export const de: CodesWords = {
  codes: {
    title: 'Telefon und Codes',
    intro: 'Codes, die wir Ihnen senden, als Nachweis, dass Sie es sind.',
    phoneTitle: 'Telefonnummer',
    phoneText:
      'Codes per SMS sind besser als ein Passwort allein. Ein Passkey oder eine Authenticator-App ist sicherer: Nummern können gestohlen werden.',
    verified: 'Bestätigt',
    smsFactor: 'Beim Anmelden einen Code per SMS verlangen',
    add: 'Nummer hinzufügen',
    change: 'Andere Nummer verwenden',
    remove: 'Entfernen',
    removeTitle: 'Diese Nummer entfernen?',
    removeText: 'An sie werden keine Codes mehr gesendet, weder zum Anmelden noch als zweiter Schritt.',
    added: 'Die Nummer wurde hinzugefügt.',
    removed: 'Die Nummer wurde entfernt.',
    saved: 'Ihre Wahl wurde gespeichert.',
    number: 'Telefonnummer',
    numberHint: 'Mit der Vorwahl des Landes, etwa +49 151 23456789.',
    send: 'Code senden',
    sent: (n: string) => `Ein Code ist unterwegs an ${n}.`,
    delayed:
      'Nachrichten kommen gerade nicht durch. Wir versuchen es weiter; der Code kommt, sobald es geht.',
    code: 'Code aus der Nachricht',
    confirm: 'Bestätigen',
    wrongNumber: 'Geben Sie eine Telefonnummer mit der Vorwahl des Landes ein, etwa +49 151 23456789.',
    wrongCode: 'Der Code ist falsch, verbraucht oder zu alt.',
    mailTitle: 'Codes per E-Mail',
    mailText:
      'Ein zweiter Schritt für alle, die kein Telefon zur Hand haben. Er hält auf, wer Ihr Passwort kennt, nicht, wer Ihre E-Mails liest.',
    mailFactor: 'Beim Anmelden einen Code per E-Mail verlangen',
  },
}
