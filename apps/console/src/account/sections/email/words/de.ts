import type { EmailWords } from './en.ts'

export const de: EmailWords = {
  email: {
    title: 'E-Mail-Adresse',
    intro:
      'Damit melden Sie sich an, und dorthin schreiben wir, wenn es um die Sicherheit Ihres Kontos geht.',
    verified: 'Bestätigt',
    unverified: 'Noch nicht bestätigt',
    confirmTitle: 'Diese Adresse bestätigen',
    confirmIntro:
      'Öffnen Sie den Link in der E-Mail, die wir Ihnen geschickt haben, oder geben Sie hier den sechsstelligen Code daraus ein.',
    code: 'Code aus der E-Mail',
    confirm: 'Bestätigen',
    sendAgain: 'E-Mail noch einmal senden',
    sent: 'Eine neue E-Mail ist unterwegs. Es gilt nur der neueste Code.',
    confirmed: 'Ihre Adresse wurde bestätigt.',
    changeTitle: 'Andere Adresse verwenden',
    changeIntro: (current) =>
      `Wir senden eine E-Mail an die neue Adresse. Bis der Link darin geöffnet wird, gilt weiterhin ${current}.`,
    newEmail: 'Neue E-Mail-Adresse',
    change: 'Bestätigung senden',
    pendingTitle: 'Noch ein Schritt',
    pending: (email) => `Öffnen Sie den Link in der E-Mail an ${email}. Er gilt eine Stunde.`,
    pendingUndo:
      'Ihre bisherige Adresse wird benachrichtigt; von dort lässt sich die Änderung eine Woche lang rückgängig machen.',
    other: 'Doch eine andere Adresse',
    same: 'Das ist bereits Ihre Adresse.',
    changed: (email) => `Ihre Adresse ist jetzt ${email}.`,
  },
}
