import { es as base } from '../../base/words/es.ts'
import { es as activity } from '../sections/activity/words/es.ts'
import { es as apiKeys } from '../sections/api-keys/words/es.ts'
import { es as appearance } from '../sections/appearance/words/es.ts'
import { es as codes } from '../sections/codes/words/es.ts'
import { es as data } from '../sections/data/words/es.ts'
import { es as devices } from '../sections/devices/words/es.ts'
import { es as email } from '../sections/email/words/es.ts'
import { es as linkedAccounts } from '../sections/linked-accounts/words/es.ts'
import { es as passkeys } from '../sections/passkeys/words/es.ts'
import { es as password } from '../sections/password/words/es.ts'
import { es as profile } from '../sections/profile/words/es.ts'
import { es as secondFactors } from '../sections/second-factors/words/es.ts'
import type { AccountWords } from './en.ts'

export const es: AccountWords = {
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
    account: 'Tu cuenta',
    skip: 'Ir al contenido',
    sections: 'Secciones',
    menu: 'Menú',
    signingIn: 'Te llevamos al inicio de sesión…',
    notFound: 'No hay nada en esta dirección.',
    toProfile: 'Ir a tu perfil',
    offline:
      'No hay conexión. Puede que lo que ves no esté al día; se actualizará solo en cuanto vuelva la conexión.',
    insecure: 'Esta página necesita una conexión segura. Ábrela con su dirección https.',
  },
  goodbye: {
    title: 'Tu cuenta se ha eliminado',
    text: 'Todo lo que contenía ha desaparecido y se ha cerrado la sesión en todos los dispositivos. Un correo te lo confirma. ¡Hasta siempre!',
    again: 'Crear una cuenta nueva',
  },
}
