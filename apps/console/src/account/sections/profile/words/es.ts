import type { ProfileWords } from './en.ts'

export const es: ProfileWords = {
  profile: {
    title: 'Perfil',
    intro: 'Así te saludan las aplicaciones y las personas.',
    name: 'Nombre',
    optional: 'opcional',
    saved: 'Hemos guardado tu nombre.',
    about: 'Sobre esta cuenta',
    email: 'Correo electrónico',
    language: 'Idioma',
    since: 'Cuenta creada el',
    change: 'Cambiar',
  },
}
