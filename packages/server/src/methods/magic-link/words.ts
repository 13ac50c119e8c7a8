import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on links by mail. */
export const words = defineWords({
  en: {
    option: 'Continue with a link by mail',
    codeHint: 'The 6 digits from the other device.',
    title: 'Sign in with a link by mail',
    text: 'Tell us your address: we send a link to it. Open it in this browser.',
    button: 'Send the link',
    sent: 'If {email} can sign in here, a link is on its way to it. Open it in this browser within {time}.',
    compare: 'Did you open it on another device? Then enter the code that it shows there.',
    open: 'Sign in?',
    openText: 'You are about to sign in as {email} in this browser.',
    dead: 'Ask for a new link.',
    elsewhereTitle: 'You are on another device',
    elsewhereText:
      'Somebody asked for a link to sign in as {email} in another browser. If that was you, just now, show the code here and type it there. If it was not you, close this page: nothing has happened.',
    elsewhereRefuse:
      'The link signs in as {email}, and only in the browser that asked for it. Open it there. If it was not you who asked, close this page: nothing has happened.',
    reveal: 'Show the code',
    codeTitle: 'Type this code where you asked for the link',
    codeWarning: 'Never tell anyone this code, not even us: whoever has it signs in as {email}.',
    askHere: 'Ask for a link for this browser',
  },
  de: {
    option: 'Weiter mit einem Link per E-Mail',
    codeHint: 'Die 6 Ziffern vom anderen Gerät.',
    title: 'Mit einem Link per E-Mail anmelden',
    text: 'Nennen Sie uns Ihre Adresse: Wir senden einen Link an sie. Öffnen Sie ihn in diesem Browser.',
    button: 'Link senden',
    sent: 'Wenn man sich hier mit {email} anmelden kann, ist ein Link dorthin unterwegs. Öffnen Sie ihn innerhalb von {time} in diesem Browser.',
    compare:
      'Haben Sie ihn auf einem anderen Gerät geöffnet? Dann geben Sie den Code ein, den es dort zeigt.',
    open: 'Anmelden?',
    openText: 'Sie melden sich in diesem Browser als {email} an.',
    dead: 'Fordern Sie einen neuen Link an.',
    elsewhereTitle: 'Sie sind auf einem anderen Gerät',
    elsewhereText:
      'In einem anderen Browser wurde ein Link angefordert, um sich als {email} anzumelden. Wenn Sie das gerade waren, zeigen Sie hier den Code an und geben Sie ihn dort ein. Wenn nicht, schließen Sie diese Seite: Es ist nichts geschehen.',
    elsewhereRefuse:
      'Der Link meldet als {email} an, und nur in dem Browser, der ihn angefordert hat. Öffnen Sie ihn dort. Wenn nicht Sie ihn angefordert haben, schließen Sie diese Seite: Es ist nichts geschehen.',
    reveal: 'Code anzeigen',
    codeTitle: 'Geben Sie diesen Code dort ein, wo Sie den Link angefordert haben',
    codeWarning: 'Nennen Sie diesen Code niemandem, auch nicht uns: Wer ihn hat, meldet sich als {email} an.',
    askHere: 'Einen Link für diesen Browser anfordern',
  },
  es: {
    option: 'Continuar con un enlace por correo',
    codeHint: 'Las 6 cifras del otro dispositivo.',
    title: 'Iniciar sesión con un enlace por correo',
    text: 'Dinos tu dirección: enviamos un enlace a ella. Ábrelo en este navegador.',
    button: 'Enviar el enlace',
    sent: 'Si {email} puede iniciar sesión aquí, hay un enlace en camino. Ábrelo en este navegador antes de {time}.',
    compare: '¿Lo has abierto en otro dispositivo? Escribe entonces el código que muestra allí.',
    open: '¿Iniciar sesión?',
    openText: 'Vas a iniciar sesión como {email} en este navegador.',
    dead: 'Pide un enlace nuevo.',
    elsewhereTitle: 'Estás en otro dispositivo',
    elsewhereText:
      'Alguien pidió en otro navegador un enlace para iniciar sesión como {email}. Si acabas de ser tú, muestra el código aquí y escríbelo allí. Si no fuiste tú, cierra esta página: no ha pasado nada.',
    elsewhereRefuse:
      'El enlace inicia sesión como {email}, y solo en el navegador que lo pidió. Ábrelo allí. Si no lo pediste tú, cierra esta página: no ha pasado nada.',
    reveal: 'Mostrar el código',
    codeTitle: 'Escribe este código donde pediste el enlace',
    codeWarning:
      'No digas este código a nadie, tampoco a nosotros: quien lo tiene inicia sesión como {email}.',
    askHere: 'Pedir un enlace para este navegador',
  },
  fr: {
    option: 'Continuer avec un lien par e-mail',
    codeHint: 'Les 6 chiffres de l’autre appareil.',
    title: 'Se connecter avec un lien par e-mail',
    text: 'Indiquez votre adresse : nous y envoyons un lien. Ouvrez-le dans ce navigateur.',
    button: 'Envoyer le lien',
    sent: 'Si {email} peut se connecter ici, un lien est en route. Ouvrez-le dans ce navigateur dans les {time}.',
    compare: 'Vous l’avez ouvert sur un autre appareil ? Saisissez alors le code qui s’y affiche.',
    open: 'Se connecter ?',
    openText: 'Vous allez vous connecter en tant que {email} dans ce navigateur.',
    dead: 'Demandez un nouveau lien.',
    elsewhereTitle: 'Vous êtes sur un autre appareil',
    elsewhereText:
      'Quelqu’un a demandé dans un autre navigateur un lien pour se connecter en tant que {email}. Si c’était vous, à l’instant, affichez le code ici et saisissez-le là-bas. Sinon, fermez cette page : rien ne s’est passé.',
    elsewhereRefuse:
      'Le lien connecte en tant que {email}, et seulement dans le navigateur qui l’a demandé. Ouvrez-le là-bas. Si ce n’était pas vous, fermez cette page : rien ne s’est passé.',
    reveal: 'Afficher le code',
    codeTitle: 'Saisissez ce code là où vous avez demandé le lien',
    codeWarning: 'Ne dites ce code à personne, pas même à nous : qui l’a se connecte en tant que {email}.',
    askHere: 'Demander un lien pour ce navigateur',
  },
  ja: {
    option: 'メールのリンクで続ける',
    codeHint: '別の端末に表示された 6 桁の数字です。',
    title: 'メールのリンクでサインイン',
    text: 'メールアドレスを入力してください。リンクを送ります。このブラウザーで開いてください。',
    button: 'リンクを送信',
    sent: '{email} でサインインできる場合、リンクを送信しています。{time}以内にこのブラウザーで開いてください。',
    compare: '別の端末で開きましたか。そこに表示されるコードを入力してください。',
    open: 'サインインしますか',
    openText: 'このブラウザーで {email} としてサインインします。',
    dead: '新しいリンクを送信してください。',
    elsewhereTitle: '別の端末で開いています',
    elsewhereText:
      '別のブラウザーで、{email} としてサインインするリンクが求められました。たった今ご自身が求めたものなら、ここでコードを表示し、そちらに入力してください。そうでなければ、このページを閉じてください。何も起きていません。',
    elsewhereRefuse:
      'このリンクは、求めたブラウザーでのみ {email} としてサインインできます。そちらで開いてください。ご自身が求めたものでなければ、このページを閉じてください。何も起きていません。',
    reveal: 'コードを表示',
    codeTitle: 'リンクを求めたブラウザーにこのコードを入力してください',
    codeWarning:
      'このコードは、私たちを含め誰にも教えないでください。コードを持つ人が {email} としてサインインできます。',
    askHere: 'このブラウザー用のリンクを求める',
  },
  pt: {
    option: 'Continuar com um link por e-mail',
    codeHint: 'Os 6 dígitos do outro dispositivo.',
    title: 'Entrar com um link por e-mail',
    text: 'Diga seu endereço: enviamos um link para ele. Abra-o neste navegador.',
    button: 'Enviar o link',
    sent: 'Se {email} puder entrar aqui, um link está a caminho. Abra-o neste navegador em até {time}.',
    compare: 'Abriu em outro dispositivo? Então digite o código que aparece lá.',
    open: 'Entrar?',
    openText: 'Você vai entrar como {email} neste navegador.',
    dead: 'Peça um novo link.',
    elsewhereTitle: 'Você está em outro dispositivo',
    elsewhereText:
      'Alguém pediu em outro navegador um link para entrar como {email}. Se foi você, agora mesmo, mostre o código aqui e digite-o lá. Se não foi você, feche esta página: nada aconteceu.',
    elsewhereRefuse:
      'O link entra como {email}, e só no navegador que o pediu. Abra-o lá. Se não foi você que pediu, feche esta página: nada aconteceu.',
    reveal: 'Mostrar o código',
    codeTitle: 'Digite este código onde você pediu o link',
    codeWarning: 'Não diga este código a ninguém, nem a nós: quem o tem entra como {email}.',
    askHere: 'Pedir um link para este navegador',
  },
})
