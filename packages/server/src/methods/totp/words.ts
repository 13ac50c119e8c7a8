import { defineWords } from '../../page-kit/words/define-words.ts'

/** What the pages say of authenticator apps. */
export const words = defineWords({
  en: {
    factor: 'the code of your authenticator app',
  },
  de: {
    factor: 'der Code Ihrer Authenticator-App',
  },
  es: {
    factor: 'el código de tu aplicación de autenticación',
  },
  fr: {
    factor: 'le code de votre application d’authentification',
  },
  ja: {
    factor: '認証アプリのコード',
  },
  pt: {
    factor: 'o código do seu aplicativo autenticador',
  },
})
