import { pt as base } from '../../base/words/pt.ts'
import { pt as activity } from '../sections/activity/words/pt.ts'
import { pt as apiKeys } from '../sections/api-keys/words/pt.ts'
import { pt as appearance } from '../sections/appearance/words/pt.ts'
import { pt as codes } from '../sections/codes/words/pt.ts'
import { pt as data } from '../sections/data/words/pt.ts'
import { pt as devices } from '../sections/devices/words/pt.ts'
import { pt as email } from '../sections/email/words/pt.ts'
import { pt as linkedAccounts } from '../sections/linked-accounts/words/pt.ts'
import { pt as passkeys } from '../sections/passkeys/words/pt.ts'
import { pt as password } from '../sections/password/words/pt.ts'
import { pt as profile } from '../sections/profile/words/pt.ts'
import { pt as secondFactors } from '../sections/second-factors/words/pt.ts'
import type { AccountWords } from './en.ts'

export const pt: AccountWords = {
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
    account: 'Sua conta',
    skip: 'Ir para o conteúdo',
    sections: 'Seções',
    menu: 'Menu',
    signingIn: 'Levando você para a página de entrada…',
    notFound: 'Não há nada neste endereço.',
    toProfile: 'Ir para o seu perfil',
    offline:
      'Sem conexão. O que você vê pode estar desatualizado; tudo se atualiza sozinho quando a conexão voltar.',
    insecure: 'Esta página precisa de uma conexão segura. Abra-a pelo endereço https.',
  },
  goodbye: {
    title: 'Sua conta foi excluída',
    text: 'Tudo o que havia nela sumiu e todos os dispositivos foram desconectados. Um e-mail confirma isso. Até mais!',
    again: 'Criar uma nova conta',
  },
}
