import { de as base } from '../../base/words/de.ts'
import { de as activity } from '../sections/activity/words/de.ts'
import { de as apiKeys } from '../sections/api-keys/words/de.ts'
import { de as appearance } from '../sections/appearance/words/de.ts'
import { de as codes } from '../sections/codes/words/de.ts'
import { de as data } from '../sections/data/words/de.ts'
import { de as devices } from '../sections/devices/words/de.ts'
import { de as email } from '../sections/email/words/de.ts'
import { de as linkedAccounts } from '../sections/linked-accounts/words/de.ts'
import { de as passkeys } from '../sections/passkeys/words/de.ts'
import { de as password } from '../sections/password/words/de.ts'
import { de as profile } from '../sections/profile/words/de.ts'
import { de as secondFactors } from '../sections/second-factors/words/de.ts'
import type { AccountWords } from './en.ts'

export const de: AccountWords = {
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
    account: 'Ihr Konto',
    skip: 'Zum Inhalt springen',
    sections: 'Bereiche',
    menu: 'Menü',
    signingIn: 'Weiter zur Anmeldung …',
    notFound: 'Unter dieser Adresse gibt es nichts.',
    toProfile: 'Zu Ihrem Profil',
    offline:
      'Keine Verbindung. Was Sie sehen, ist vielleicht nicht mehr aktuell; sobald die Verbindung wieder da ist, geht es von selbst weiter.',
    insecure: 'Diese Seite braucht eine sichere Verbindung. Öffnen Sie sie über ihre https-Adresse.',
  },
  goodbye: {
    title: 'Ihr Konto wurde gelöscht',
    text: 'Alles darin ist gelöscht, und alle Geräte wurden abgemeldet. Eine E-Mail bestätigt es Ihnen. Alles Gute!',
    again: 'Neues Konto anlegen',
  },
}
