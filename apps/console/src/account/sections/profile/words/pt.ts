import type { ProfileWords } from './en.ts'

export const pt: ProfileWords = {
  profile: {
    title: 'Perfil',
    intro: 'Como os aplicativos e as pessoas chamam você.',
    name: 'Nome',
    optional: 'opcional',
    saved: 'Seu nome foi salvo.',
    about: 'Sobre esta conta',
    email: 'Endereço de e-mail',
    language: 'Idioma',
    since: 'Conta criada em',
    change: 'Alterar',
  },
}
