import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on sign-in with other services. */
export const words = defineWords({
  en: {
    continueWith: 'Continue with {provider}',
    goingTitle: 'One moment',
    going: 'You are being taken to {provider}.',
    go: 'Continue',
    refused: 'Nothing was changed. You can try again, or sign in another way.',
    otherMethod: 'Sign in another way',
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
    otherMethod: 'Anders anmelden',
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
    otherMethod: 'Iniciar sesión de otra forma',
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
    otherMethod: 'Se connecter autrement',
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
    otherMethod: '別の方法でログイン',
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
    otherMethod: 'Entrar de outra forma',
    linkTitle: 'Esta conta também é sua?',
    linkText:
      'Já existe uma conta para {email}. Entre nela como sempre para mostrar que é sua; depois ela será vinculada a {provider}.',
    linkConfirm: 'Você entrou como {email}. De agora em diante, {provider} dará acesso a esta conta.',
    linkButton: 'Vincular a conta',
    linkDead: 'Comece de novo na página de entrada.',
  },
})

/** The words for this method's own refusals. */
export const refusals = defineWords({
  en: {
    provider_not_found: 'Signing in with this service is not set up here.',
    provider_unavailable: 'The other service cannot be reached right now.',
    federation_failed: 'The answer of the other service cannot be accepted.',
    federation_denied: 'The other service did not confirm the sign-in.',
    email_unproven:
      'The other service does not vouch for your e-mail address. Create an account with the address first; then you can link the two.',
    linked_elsewhere: 'This account at the other service is linked to another user.',
    linked_account_limit_reached: 'You have as many linked accounts as you may have.',
  },
  de: {
    provider_not_found: 'Mit diesem Dienst meldet sich hier niemand an.',
    provider_unavailable: 'Der andere Dienst ist gerade nicht erreichbar.',
    federation_failed: 'Die Antwort des anderen Dienstes kann nicht angenommen werden.',
    federation_denied: 'Der andere Dienst hat die Anmeldung nicht bestätigt.',
    email_unproven:
      'Der andere Dienst bürgt nicht für Ihre E-Mail-Adresse. Legen Sie zuerst ein Konto mit der Adresse an; dann können Sie beide verknüpfen.',
    linked_elsewhere: 'Dieses Konto des anderen Dienstes gehört hier schon jemand anderem.',
    linked_account_limit_reached: 'Sie haben so viele verknüpfte Konten, wie erlaubt sind.',
  },
  es: {
    provider_not_found: 'Aquí nadie inicia sesión con este servicio.',
    provider_unavailable: 'No se puede contactar con el otro servicio en este momento.',
    federation_failed: 'La respuesta del otro servicio no se puede aceptar.',
    federation_denied: 'El otro servicio no ha confirmado el inicio de sesión.',
    email_unproven:
      'El otro servicio no responde de su dirección de correo. Cree primero una cuenta con la dirección; después podrá vincular las dos.',
    linked_elsewhere: 'Esta cuenta del otro servicio ya pertenece aquí a otra persona.',
    linked_account_limit_reached: 'Tienes tantas cuentas vinculadas como se permiten.',
  },
  fr: {
    provider_not_found: 'Personne ne se connecte ici avec ce service.',
    provider_unavailable: 'L’autre service est injoignable pour le moment.',
    federation_failed: 'La réponse de l’autre service ne peut pas être acceptée.',
    federation_denied: 'L’autre service n’a pas confirmé la connexion.',
    email_unproven:
      'L’autre service ne se porte pas garant de votre adresse e-mail. Créez d’abord un compte avec cette adresse ; vous pourrez ensuite lier les deux.',
    linked_elsewhere: 'Ce compte de l’autre service appartient déjà ici à quelqu’un d’autre.',
    linked_account_limit_reached: 'Vous avez autant de comptes liés qu’il est permis.',
  },
  ja: {
    provider_not_found: 'このサービスではログインできません。',
    provider_unavailable: '相手のサービスに接続できません。',
    federation_failed: '相手のサービスの応答を受け付けられません。',
    federation_denied: '相手のサービスはログインを承認しませんでした。',
    email_unproven:
      '相手のサービスはメールアドレスを保証していません。先にこのアドレスでアカウントを作成すると、後から連携できます。',
    linked_elsewhere: '相手のサービスのこのアカウントは、すでに別の方のものです。',
    linked_account_limit_reached: '連携アカウントの数が上限に達しています。',
  },
  pt: {
    provider_not_found: 'Ninguém entra aqui com este serviço.',
    provider_unavailable: 'O outro serviço não pode ser contatado agora.',
    federation_failed: 'A resposta do outro serviço não pode ser aceita.',
    federation_denied: 'O outro serviço não confirmou a entrada.',
    email_unproven:
      'O outro serviço não garante o seu endereço de e-mail. Crie primeiro uma conta com o endereço; depois você pode vincular as duas.',
    linked_elsewhere: 'Esta conta do outro serviço já pertence aqui a outra pessoa.',
    linked_account_limit_reached: 'Você tem tantas contas vinculadas quantas são permitidas.',
  },
})
