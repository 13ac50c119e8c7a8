import { defineWords } from '../../page-kit/words/define-words.ts'

/** What the pages say of signing in with other services. */
export const words = defineWords({
  en: {
    continueWith: 'Continue with {provider}',
    goingTitle: 'One moment',
    going: 'You are being taken to {provider}.',
    go: 'Continue',
    refused: 'Nothing was changed. You can try again, or sign in another way.',
    otherWay: 'Sign in another way',
    linkTitle: 'Is this account yours as well?',
    linkText:
      'There is already an account for {email}. Sign in to it as usual to show that it is yours; then it is linked to {provider}.',
    linkConfirm: 'You are signed in as {email}. From now on {provider} signs you in to this account.',
    linkButton: 'Link the account',
    linkDead: 'Begin again where you sign in.',
  },
  de: {
    continueWith: 'Weiter mit {provider}',
    goingTitle: 'Einen Moment',
    going: 'Es geht weiter zu {provider}.',
    go: 'Weiter',
    refused: 'Es wurde nichts geändert. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
    otherWay: 'Anders anmelden',
    linkTitle: 'Gehört dieses Konto auch Ihnen?',
    linkText:
      'Für {email} gibt es schon ein Konto. Melden Sie sich wie gewohnt daran an, um zu zeigen, dass es Ihres ist; dann wird es mit {provider} verknüpft.',
    linkConfirm: 'Sie sind als {email} angemeldet. Künftig meldet {provider} Sie an diesem Konto an.',
    linkButton: 'Konto verknüpfen',
    linkDead: 'Beginnen Sie bei der Anmeldung von vorn.',
  },
  es: {
    continueWith: 'Continuar con {provider}',
    goingTitle: 'Un momento',
    going: 'Le llevamos a {provider}.',
    go: 'Continuar',
    refused: 'No se ha cambiado nada. Puede intentarlo de nuevo o iniciar sesión de otra forma.',
    otherWay: 'Iniciar sesión de otra forma',
    linkTitle: '¿Esta cuenta también es suya?',
    linkText:
      'Ya hay una cuenta para {email}. Inicie sesión en ella como siempre para mostrar que es suya; después quedará vinculada a {provider}.',
    linkConfirm:
      'Ha iniciado sesión como {email}. A partir de ahora {provider} le dará acceso a esta cuenta.',
    linkButton: 'Vincular la cuenta',
    linkDead: 'Empiece de nuevo en el inicio de sesión.',
  },
  fr: {
    continueWith: 'Continuer avec {provider}',
    goingTitle: 'Un instant',
    going: 'Vous êtes dirigé vers {provider}.',
    go: 'Continuer',
    refused: 'Rien n’a été modifié. Vous pouvez réessayer, ou vous connecter autrement.',
    otherWay: 'Se connecter autrement',
    linkTitle: 'Ce compte est-il aussi le vôtre ?',
    linkText:
      'Il existe déjà un compte pour {email}. Connectez-vous comme d’habitude pour montrer qu’il est à vous ; il sera alors lié à {provider}.',
    linkConfirm: 'Vous êtes connecté en tant que {email}. Désormais, {provider} vous connectera à ce compte.',
    linkButton: 'Lier le compte',
    linkDead: 'Recommencez depuis la connexion.',
  },
  ja: {
    continueWith: '{provider} で続ける',
    goingTitle: '少々お待ちください',
    going: '{provider} に移動しています。',
    go: '続ける',
    refused: '何も変更されていません。もう一度試すか、別の方法でログインしてください。',
    otherWay: '別の方法でログイン',
    linkTitle: 'このアカウントもあなたのものですか',
    linkText:
      '{email} のアカウントはすでにあります。いつもの方法でログインして、ご自分のものであることを示してください。その後 {provider} と連携されます。',
    linkConfirm: '{email} としてログインしています。今後は {provider} でこのアカウントにログインできます。',
    linkButton: 'アカウントを連携',
    linkDead: 'ログインからやり直してください。',
  },
  pt: {
    continueWith: 'Continuar com {provider}',
    goingTitle: 'Um momento',
    going: 'Você está sendo levado para {provider}.',
    go: 'Continuar',
    refused: 'Nada foi alterado. Tente de novo ou entre de outra forma.',
    otherWay: 'Entrar de outra forma',
    linkTitle: 'Esta conta também é sua?',
    linkText:
      'Já existe uma conta para {email}. Entre nela como sempre para mostrar que é sua; depois ela será vinculada a {provider}.',
    linkConfirm: 'Você entrou como {email}. De agora em diante, {provider} dará acesso a esta conta.',
    linkButton: 'Vincular a conta',
    linkDead: 'Comece de novo na página de entrada.',
  },
})
