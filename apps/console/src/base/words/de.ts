import type { BaseWords } from './en.ts'

export const de: BaseWords = {
  page: {
    loading: 'Wird geladen …',
    broken: 'Auf dieser Seite ist etwas schiefgegangen. Was Sie gespeichert haben, ist sicher.',
    reload: 'Seite neu laden',
  },
  actions: {
    save: 'Speichern',
    cancel: 'Abbrechen',
    tryAgain: 'Erneut versuchen',
    showMore: 'Mehr anzeigen',
    showPassword: 'Passwort anzeigen',
    hidePassword: 'Passwort verbergen',
    show: 'Zeigen',
    hide: 'Verbergen',
    signOut: 'Abmelden',
  },
  device: {
    unknown: 'Unbekanntes Gerät',
    on: (browser, system) => `${browser} auf ${system}`,
    lastUsed: (when) => `Zuletzt benutzt ${when}`,
    from: (address) => `von ${address}`,
  },
  stepUp: {
    title: 'Sind Sie es?',
    confirm: 'Weiter',
    other: 'Auf anderem Weg:',
    none: 'Dafür brauchen Sie einen zweiten Faktor, und Sie haben noch keinen.',
    toSecondFactors: 'Zweiter Faktor',
    again:
      'Dafür müssen Sie sich neu anmelden. Melden Sie sich ab, dann wieder an, und kommen Sie hierher zurück.',
    askFor: (way: string) => `Das lassen wir Ihnen senden: ${way}.`,
    send: 'Code senden',
    methods: {
      password: 'Passwort',
      passkey: 'Passkey',
      totp: 'Code Ihrer Authenticator-App',
      'recovery-code': 'Wiederherstellungscode',
      'email-code': 'Code per E-Mail',
      'sms-code': 'Code per SMS',
    },
  },
  errors: {
    offline: 'Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
    timeout: 'Der Server hat zu lange gebraucht. Versuchen Sie es erneut.',
    unavailable: 'Der Dienst ist gerade nicht verfügbar. Versuchen Sie es gleich noch einmal.',
    overloaded: 'Der Dienst ist gerade ausgelastet. Versuchen Sie es gleich noch einmal.',
    rate_limited: 'Zu viele Versuche. Versuchen Sie es später erneut.',
    invalid_input: 'Hier stimmt etwas nicht. Prüfen Sie Ihre Eingabe.',
    invalid_email: 'Das ist keine gültige E-Mail-Adresse.',
    invalid_credentials: 'Das Passwort ist falsch.',
    password_too_common: 'Dieses Passwort ist zu leicht zu erraten. Wählen Sie ein anderes.',
    challenge_invalid:
      'Der Code ist falsch, verbraucht oder zu alt. Lassen Sie sich eine neue E-Mail senden.',
    email_unverified: 'Bestätigen Sie zuerst Ihre E-Mail-Adresse.',
    phone_not_found: 'Diese Nummer wurde bereits entfernt.',
    phone_not_supported:
      'An diese Nummer werden keine Nachrichten gesendet. Verwenden Sie eine aus einem anderen Land.',
    last_credential: 'Das ist Ihre letzte Möglichkeit, sich anzumelden. Fügen Sie zuerst eine andere hinzu.',
    second_factor_invalid: 'Der Code ist falsch, verbraucht oder zu alt.',
    session_not_found: 'Dieses Gerät ist bereits abgemeldet.',
    linked_account_not_found: 'Dieses Konto wurde schon entfernt.',
    linked_account_limit_reached:
      'Sie haben so viele verknüpfte Konten wie erlaubt. Entfernen Sie zuerst eines.',
    provider_unavailable:
      'Der andere Dienst ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal.',
    api_key_not_found: 'Dieser Schlüssel gilt schon nicht mehr.',
    api_key_rotated: 'Dieser Schlüssel wurde bereits ersetzt.',
    api_key_limit_reached: 'Sie haben so viele Schlüssel wie erlaubt. Widerrufen Sie zuerst einen.',
    factor_not_found: 'Diesen zweiten Faktor gibt es nicht mehr.',
    second_factor_required:
      'Ihr Konto muss einen zweiten Faktor haben: Der letzte kann ersetzt, aber nicht entfernt werden.',
    trusted_device_not_found: 'Diesem Gerät wird nicht mehr vertraut.',
    passkey_cancelled:
      'Nichts wurde getan: Der Browser hat keinen Passkey bekommen. Versuchen Sie es noch einmal.',
    passkey_present: 'Dieses Gerät hat schon einen Passkey für Ihr Konto.',
    passkey_wrong_site: 'Unter dieser Adresse funktionieren Passkeys nicht.',
    passkey_invalid: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.',
    passkey_not_found: 'Dieser Passkey wurde schon entfernt.',
    passkey_limit_reached: 'Sie haben so viele Passkeys wie erlaubt. Entfernen Sie zuerst einen.',
    passkeys_unsupported: 'Dieser Browser kann keine Passkeys verwenden.',
    last_administrator:
      'Sie verwalten diesen Dienst als Einzige oder Einziger. Übertragen Sie die Rolle zuerst auf jemand anderen.',
    insufficient_user_authentication: 'Es wurde nichts geändert, weil Sie sich nicht ausgewiesen haben.',
    unknown: 'Bei uns ist etwas schiefgegangen. Versuchen Sie es erneut.',
  },
  errorParts: {
    retryAt: (time) => `Zu viele Versuche. Versuchen Sie es um ${time} erneut.`,
    requestNumber: (number) => `Falls Sie um Hilfe bitten, nennen Sie diese Nummer: ${number}`,
  },
}
