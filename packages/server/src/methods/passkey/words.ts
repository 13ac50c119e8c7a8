import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on passkeys. */
export const words = defineWords({
  en: {
    factor: 'a passkey',
    use: 'Use a passkey',
    signIn: 'Sign in with a passkey',
    otherMethod: 'Sign in another way',
    failed: 'That did not work. Try again, or choose another way.',
    cannot: 'This browser cannot use passkeys, or JavaScript is off.',
    secondFactor:
      'Your account asks for a passkey as well: your fingerprint, your face or the PIN of your device.',
    addTitle: 'Next time without a password?',
    addText:
      'With a passkey you sign in by your fingerprint, your face or the PIN of this device. It cannot be guessed, and no false page can take it from you.',
    add: 'Add a passkey',
    later: 'Not now',
    addFailed: 'No passkey was added. Try again, or go on without one.',
  },
  de: {
    factor: 'ein Passkey',
    use: 'Passkey verwenden',
    signIn: 'Mit einem Passkey anmelden',
    otherMethod: 'Auf andere Weise anmelden',
    failed: 'Das hat nicht geklappt. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.',
    cannot: 'Dieser Browser kann keine Passkeys verwenden, oder JavaScript ist ausgeschaltet.',
    secondFactor:
      'Ihr Konto verlangt zusätzlich einen Passkey: Ihren Fingerabdruck, Ihr Gesicht oder die PIN Ihres Geräts.',
    addTitle: 'Nächstes Mal ohne Passwort?',
    addText:
      'Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder der PIN dieses Geräts an. Er lässt sich nicht erraten, und keine gefälschte Seite kann ihn Ihnen abnehmen.',
    add: 'Passkey hinzufügen',
    later: 'Jetzt nicht',
    addFailed: 'Es wurde kein Passkey hinzugefügt. Versuchen Sie es noch einmal oder gehen Sie ohne weiter.',
  },
  es: {
    factor: 'una llave de acceso',
    use: 'Usar una llave de acceso',
    signIn: 'Iniciar sesión con una llave de acceso',
    otherMethod: 'Iniciar sesión de otra forma',
    failed: 'No ha funcionado. Inténtalo de nuevo o elige otra forma.',
    cannot: 'Este navegador no admite llaves de acceso, o JavaScript está desactivado.',
    secondFactor: 'Tu cuenta pide además una llave de acceso: tu huella, tu cara o el PIN de tu dispositivo.',
    addTitle: '¿La próxima vez sin contraseña?',
    addText:
      'Con una llave de acceso entras con tu huella, tu cara o el PIN de este dispositivo. No se puede adivinar y ninguna página falsa puede quitártela.',
    add: 'Añadir una llave de acceso',
    later: 'Ahora no',
    addFailed: 'No se ha añadido ninguna llave de acceso. Inténtalo de nuevo o sigue sin ella.',
  },
  fr: {
    factor: 'une clé d’accès',
    use: 'Utiliser une clé d’accès',
    signIn: 'Se connecter avec une clé d’accès',
    otherMethod: 'Se connecter autrement',
    failed: 'Cela n’a pas marché. Réessayez ou choisissez une autre voie.',
    cannot: 'Ce navigateur ne prend pas en charge les clés d’accès, ou JavaScript est désactivé.',
    secondFactor:
      'Votre compte demande aussi une clé d’accès : votre empreinte, votre visage ou le code de votre appareil.',
    addTitle: 'Sans mot de passe la prochaine fois ?',
    addText:
      'Avec une clé d’accès, vous vous connectez par votre empreinte, votre visage ou le code de cet appareil. Elle ne se devine pas, et aucune fausse page ne peut vous la prendre.',
    add: 'Ajouter une clé d’accès',
    later: 'Pas maintenant',
    addFailed: 'Aucune clé d’accès n’a été ajoutée. Réessayez ou continuez sans elle.',
  },
  ja: {
    factor: 'パスキー',
    use: 'パスキーを使う',
    signIn: 'パスキーでログイン',
    otherMethod: '別の方法でログイン',
    failed: 'うまくいきませんでした。もう一度試すか、別の方法を選んでください。',
    cannot: 'このブラウザーではパスキーを使えないか、JavaScript が無効です。',
    secondFactor: 'このアカウントではパスキーも必要です。指紋、顔、または端末の PIN で確認してください。',
    addTitle: '次回からパスワードなしにしますか？',
    addText:
      'パスキーがあれば、この端末の指紋、顔、または PIN でログインできます。推測されることはなく、偽のページに盗まれることもありません。',
    add: 'パスキーを追加',
    later: '今はしない',
    addFailed: 'パスキーは追加されませんでした。もう一度試すか、そのまま続けてください。',
  },
  pt: {
    factor: 'uma chave de acesso',
    use: 'Usar uma chave de acesso',
    signIn: 'Entrar com uma chave de acesso',
    otherMethod: 'Entrar de outra forma',
    failed: 'Não funcionou. Tente de novo ou escolha outra forma.',
    cannot: 'Este navegador não aceita chaves de acesso, ou o JavaScript está desligado.',
    secondFactor:
      'Sua conta pede também uma chave de acesso: sua impressão digital, seu rosto ou o PIN do seu dispositivo.',
    addTitle: 'Da próxima vez sem senha?',
    addText:
      'Com uma chave de acesso você entra com a impressão digital, o rosto ou o PIN deste dispositivo. Ela não pode ser adivinhada, e nenhuma página falsa pode tirá-la de você.',
    add: 'Adicionar uma chave de acesso',
    later: 'Agora não',
    addFailed: 'Nenhuma chave de acesso foi adicionada. Tente de novo ou siga sem ela.',
  },
})

/** The words for this method's own refusals. */
export const refusals = defineWords({
  en: {
    passkey_invalid: 'This passkey was not accepted. Try again.',
    passkey_unknown: 'This passkey belongs to no account here any more. Use another one, or another way.',
    passkey_limit_reached: 'You have as many passkeys as you may have.',
  },
  de: {
    passkey_invalid: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.',
    passkey_unknown:
      'Dieser Passkey gehört hier zu keinem Konto mehr. Verwenden Sie einen anderen oder einen anderen Weg.',
    passkey_limit_reached: 'Sie haben so viele Passkeys, wie erlaubt sind.',
  },
  es: {
    passkey_invalid: 'Esta llave de acceso no fue aceptada. Inténtalo de nuevo.',
    passkey_unknown: 'Esta llave de acceso ya no pertenece a ninguna cuenta aquí. Usa otra, u otra forma.',
    passkey_limit_reached: 'Tienes tantas llaves de acceso como se permiten.',
  },
  fr: {
    passkey_invalid: 'Cette clé d’accès n’a pas été acceptée. Réessayez.',
    passkey_unknown:
      'Cette clé d’accès n’appartient plus à aucun compte ici. Utilisez-en une autre, ou une autre voie.',
    passkey_limit_reached: 'Vous avez autant de clés d’accès qu’il est permis.',
  },
  ja: {
    passkey_invalid: 'このパスキーは受け付けられませんでした。もう一度試してください。',
    passkey_unknown:
      'このパスキーは、もうここのどのアカウントのものでもありません。別のパスキーか、別の方法を使ってください。',
    passkey_limit_reached: 'パスキーの数が上限に達しています。',
  },
  pt: {
    passkey_invalid: 'Esta chave de acesso não foi aceita. Tente de novo.',
    passkey_unknown: 'Esta chave de acesso já não pertence a nenhuma conta aqui. Use outra, ou outra forma.',
    passkey_limit_reached: 'Você tem tantas chaves de acesso quantas são permitidas.',
  },
})
