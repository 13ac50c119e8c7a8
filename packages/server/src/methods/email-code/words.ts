import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on codes by mail. */
export const words = defineWords({
  en: {
    factor: 'a code by mail',
    option: 'Continue with a code by mail',
    title: 'Sign in with a code by mail',
    text: 'Tell us your address: we send a code to it.',
    sent: 'If {email} can sign in here, a code is on its way to it. Enter it within {time}.',
  },
  de: {
    factor: 'ein Code per E-Mail',
    option: 'Weiter mit einem Code per E-Mail',
    title: 'Mit einem Code per E-Mail anmelden',
    text: 'Nennen Sie uns Ihre Adresse: Wir senden einen Code an sie.',
    sent: 'Wenn man sich hier mit {email} anmelden kann, ist ein Code dorthin unterwegs. Geben Sie ihn innerhalb von {time} ein.',
  },
  es: {
    factor: 'un código por correo',
    option: 'Continuar con un código por correo',
    title: 'Iniciar sesión con un código por correo',
    text: 'Dinos tu dirección: enviamos un código a ella.',
    sent: 'Si {email} puede iniciar sesión aquí, hay un código en camino. Escríbelo antes de {time}.',
  },
  fr: {
    factor: 'un code par e-mail',
    option: 'Continuer avec un code par e-mail',
    title: 'Se connecter avec un code par e-mail',
    text: 'Indiquez votre adresse : nous y envoyons un code.',
    sent: 'Si {email} peut se connecter ici, un code est en route. Saisissez-le dans les {time}.',
  },
  ja: {
    factor: 'メールのコード',
    option: 'メールのコードで続ける',
    title: 'メールのコードでサインイン',
    text: 'メールアドレスを入力してください。コードを送ります。',
    sent: '{email} でサインインできる場合、コードを送信しています。{time}以内に入力してください。',
  },
  pt: {
    factor: 'um código por e-mail',
    option: 'Continuar com um código por e-mail',
    title: 'Entrar com um código por e-mail',
    text: 'Diga seu endereço: enviamos um código para ele.',
    sent: 'Se {email} puder entrar aqui, um código está a caminho. Digite-o em até {time}.',
  },
})
