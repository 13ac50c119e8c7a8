import { defineWords } from '../../page-kit/words/define-words.ts'

/** The words of the pages on authenticator apps. */
export const words = defineWords({
  en: {
    factor: 'the code of your authenticator app',
    scan: 'Scan this picture with your authenticator app.',
    qr: 'QR code with the secret of your account',
    open: 'Open the app on this device',
    type: 'Or type this secret into the app:',
    prove: 'Enter the code that the app shows now.',
    codeHint: 'Six digits, new every 30 seconds.',
  },
  de: {
    factor: 'der Code Ihrer Authenticator-App',
    scan: 'Scannen Sie dieses Bild mit Ihrer Authenticator-App.',
    qr: 'QR-Code mit dem Geheimnis Ihres Kontos',
    open: 'App auf diesem Gerät öffnen',
    type: 'Oder tippen Sie dieses Geheimnis in die App:',
    prove: 'Geben Sie den Code ein, den die App jetzt zeigt.',
    codeHint: 'Sechs Ziffern, alle 30 Sekunden neu.',
  },
  es: {
    factor: 'el código de tu aplicación de autenticación',
    scan: 'Escanea esta imagen con tu aplicación de autenticación.',
    qr: 'Código QR con el secreto de tu cuenta',
    open: 'Abrir la aplicación en este dispositivo',
    type: 'O escribe este secreto en la aplicación:',
    prove: 'Escribe el código que la aplicación muestra ahora.',
    codeHint: 'Seis cifras, nuevas cada 30 segundos.',
  },
  fr: {
    factor: 'le code de votre application d’authentification',
    scan: 'Scannez cette image avec votre application d’authentification.',
    qr: 'Code QR contenant le secret de votre compte',
    open: 'Ouvrir l’application sur cet appareil',
    type: 'Ou saisissez ce secret dans l’application :',
    prove: 'Saisissez le code que l’application affiche maintenant.',
    codeHint: 'Six chiffres, nouveaux toutes les 30 secondes.',
  },
  ja: {
    factor: '認証アプリのコード',
    scan: '認証アプリでこの画像を読み取ってください。',
    qr: 'アカウントの秘密鍵を含む QR コード',
    open: 'この端末のアプリを開く',
    type: 'または、この文字列をアプリに入力してください：',
    prove: 'アプリに今表示されているコードを入力してください。',
    codeHint: '6 桁の数字で、30 秒ごとに変わります。',
  },
  pt: {
    factor: 'o código do seu aplicativo autenticador',
    scan: 'Escaneie esta imagem com o seu aplicativo autenticador.',
    qr: 'Código QR com o segredo da sua conta',
    open: 'Abrir o aplicativo neste dispositivo',
    type: 'Ou digite este segredo no aplicativo:',
    prove: 'Digite o código que o aplicativo mostra agora.',
    codeHint: 'Seis dígitos, novos a cada 30 segundos.',
  },
})
