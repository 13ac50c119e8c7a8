import { fr as base } from '../../base/words/fr.ts'
import { fr as activity } from '../sections/activity/words/fr.ts'
import { fr as apiKeys } from '../sections/api-keys/words/fr.ts'
import { fr as appearance } from '../sections/appearance/words/fr.ts'
import { fr as codes } from '../sections/codes/words/fr.ts'
import { fr as data } from '../sections/data/words/fr.ts'
import { fr as devices } from '../sections/devices/words/fr.ts'
import { fr as email } from '../sections/email/words/fr.ts'
import { fr as linkedAccounts } from '../sections/linked-accounts/words/fr.ts'
import { fr as passkeys } from '../sections/passkeys/words/fr.ts'
import { fr as password } from '../sections/password/words/fr.ts'
import { fr as profile } from '../sections/profile/words/fr.ts'
import { fr as secondFactors } from '../sections/second-factors/words/fr.ts'
import type { AccountWords } from './en.ts'

export const fr: AccountWords = {
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
    account: 'Votre compte',
    skip: 'Aller au contenu',
    sections: 'Rubriques',
    menu: 'Menu',
    signingIn: 'Vers la page de connexion…',
    notFound: 'Il n’y a rien à cette adresse.',
    toProfile: 'Vers votre profil',
    offline:
      'Pas de connexion. Ce que vous voyez n’est peut-être plus à jour ; tout reprendra dès que la connexion sera revenue.',
    insecure: 'Cette page a besoin d’une connexion sécurisée. Ouvrez-la par son adresse https.',
  },
  goodbye: {
    title: 'Votre compte a été supprimé',
    text: 'Tout son contenu a disparu et tous les appareils ont été déconnectés. Un message vous le confirme. Au revoir !',
    again: 'Créer un nouveau compte',
  },
}
