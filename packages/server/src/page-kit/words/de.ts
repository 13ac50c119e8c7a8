import type { Messages } from './en.ts'

export const de: Messages = {
  'footer.language': 'Sprache',
  'form.optional': 'freiwillig',
  'form.notDone': 'Nicht erledigt: {title}',
  'form.wait': 'Zu viele Versuche. Warten Sie {time} und senden Sie das Formular dann erneut.',

  'field.email': 'E-Mail-Adresse',
  'field.name': 'Name',
  'field.password': 'Passwort',
  'field.newPassword': 'Neues Passwort',
  'field.code': 'Code',
  'field.remember': 'Auf diesem Gerät angemeldet bleiben',
  'field.trustDevice': 'Auf diesem Gerät eine Zeit lang nicht mehr fragen',
  'hint.password':
    'Mindestens 8 Zeichen. Ein paar Wörter hintereinander sind leicht zu merken und schwer zu erraten.',
  'hint.code': 'Die 6 Ziffern aus der E-Mail.',
  'fault.email': 'Geben Sie eine E-Mail-Adresse ein, zum Beispiel ada@example.com.',
  'fault.name': 'Verwenden Sie höchstens 200 Zeichen.',
  'fault.currentPassword': 'Geben Sie Ihr Passwort ein.',
  'fault.newPassword': 'Verwenden Sie mindestens 8 und höchstens 1024 Zeichen.',
  'fault.code': 'Geben Sie die 6 Ziffern aus der E-Mail ein.',
  'fault.factorCode': 'Geben Sie den Code ein.',
  'reveal.show': 'Anzeigen',
  'reveal.hide': 'Verbergen',
  'reveal.showPassword': 'Passwort anzeigen',
  'reveal.hidePassword': 'Passwort verbergen',

  'signIn.title': 'Anmelden',
  'signIn.button': 'Anmelden',
  'signIn.forgot': 'Passwort vergessen?',
  'signIn.noAccount': 'Noch kein Konto?',
  'ways.last': 'So haben Sie sich zuletzt angemeldet.',
  'ways.or': 'oder',
  'federation.continueWith': 'Weiter mit {provider}',
  'federation.goingTitle': 'Einen Moment',
  'federation.going': 'Es geht weiter zu {provider}.',
  'federation.go': 'Weiter',
  'federation.refused':
    'Es wurde nichts geändert. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
  'federation.otherWay': 'Anders anmelden',
  'link.title': 'Gehört dieses Konto auch Ihnen?',
  'link.text':
    'Für {email} gibt es schon ein Konto. Melden Sie sich wie gewohnt daran an, um zu zeigen, dass es Ihres ist; dann wird es mit {provider} verknüpft.',
  'link.confirmText': 'Sie sind als {email} angemeldet. Künftig meldet {provider} Sie an diesem Konto an.',
  'link.button': 'Konto verknüpfen',
  'link.dead': 'Beginnen Sie bei der Anmeldung von vorn.',
  'signedIn.title': 'Sie sind angemeldet',
  'signedIn.text': 'Sie sind als {email} angemeldet.',
  'signedIn.continue': 'Weiter',

  'signUp.title': 'Konto erstellen',
  'signUp.button': 'Konto erstellen',
  'signUp.haveAccount': 'Sie haben schon ein Konto?',
  'signUp.closed': 'Konten werden von den Betreibern dieses Dienstes angelegt. Bitte wenden Sie sich an sie.',

  'field.phone': 'Telefonnummer',
  'hint.phone': 'Mit der Vorwahl des Landes, etwa +49 151 23456789.',
  'hint.smsCode': 'Die 6 Ziffern aus der Nachricht.',
  'hint.linkCode': 'Die 6 Ziffern vom anderen Gerät.',
  'fault.phone': 'Geben Sie eine Telefonnummer mit der Vorwahl des Landes ein, etwa +49 151 23456789.',
  'fault.smsCode': 'Geben Sie die 6 Ziffern aus der Nachricht ein.',

  'way.magicLink': 'Weiter mit einem Link per E-Mail',
  'way.emailCode': 'Weiter mit einem Code per E-Mail',
  'way.smsCode': 'Weiter mit einem Code per SMS',

  'codes.send': 'Code senden',
  'codes.another': 'fordern Sie einen neuen an',
  'delayed.other': 'Auf andere Weise anmelden',

  'delayed.mail': 'E-Mails kommen gerade nicht durch. Wir versuchen es weiter.',
  'delayed.sms': 'Nachrichten kommen gerade nicht durch. Wir versuchen es weiter.',

  'emailCode.title': 'Mit einem Code per E-Mail anmelden',
  'emailCode.text': 'Nennen Sie uns Ihre Adresse: Wir senden einen Code an sie.',
  'emailCode.sent':
    'Wenn man sich hier mit {email} anmelden kann, ist ein Code dorthin unterwegs. Geben Sie ihn innerhalb von {time} ein.',

  'smsCode.title': 'Mit einem Code per SMS anmelden',
  'smsCode.text': 'Nennen Sie uns die Telefonnummer Ihres Kontos: Wir senden einen Code an sie.',
  'smsCode.sentTitle': 'Sehen Sie auf Ihr Telefon',
  'smsCode.sent':
    'Wenn man sich hier mit {phone} anmelden kann, ist ein Code dorthin unterwegs. Geben Sie ihn innerhalb von {time} ein.',
  'smsCode.again': 'Keine Nachricht? Warten Sie eine Minute, oder',

  'magicLink.title': 'Mit einem Link per E-Mail anmelden',
  'magicLink.text':
    'Nennen Sie uns Ihre Adresse: Wir senden einen Link an sie. Öffnen Sie ihn in diesem Browser.',
  'magicLink.button': 'Link senden',
  'magicLink.sent':
    'Wenn man sich hier mit {email} anmelden kann, ist ein Link dorthin unterwegs. Öffnen Sie ihn innerhalb von {time} in diesem Browser.',
  'magicLink.compare':
    'Haben Sie ihn auf einem anderen Gerät geöffnet? Dann geben Sie den Code ein, den es dort zeigt.',
  'magicLink.open': 'Anmelden?',
  'magicLink.openText': 'Sie melden sich in diesem Browser als {email} an.',
  'magicLink.dead': 'Fordern Sie einen neuen Link an.',
  'magicLink.elsewhereTitle': 'Sie sind auf einem anderen Gerät',
  'magicLink.elsewhereText':
    'In einem anderen Browser wurde ein Link angefordert, um sich als {email} anzumelden. Wenn Sie das gerade waren, zeigen Sie hier den Code an und geben Sie ihn dort ein. Wenn nicht, schließen Sie diese Seite: Es ist nichts geschehen.',
  'magicLink.elsewhereRefuse':
    'Der Link meldet als {email} an, und nur in dem Browser, der ihn angefordert hat. Öffnen Sie ihn dort. Wenn nicht Sie ihn angefordert haben, schließen Sie diese Seite: Es ist nichts geschehen.',
  'magicLink.reveal': 'Code anzeigen',
  'magicLink.codeTitle': 'Geben Sie diesen Code dort ein, wo Sie den Link angefordert haben',
  'magicLink.codeWarning':
    'Nennen Sie diesen Code niemandem, auch nicht uns: Wer ihn hat, meldet sich als {email} an.',
  'magicLink.askHere': 'Einen Link für diesen Browser anfordern',

  'undo.consequenceWithout':
    'Jedes Gerät wird abgemeldet, und eine E-Mail, die sagt, wie man sich anmeldet, geht an diese Adresse.',
  'undo.doneWithout':
    'Jedes Gerät wurde abgemeldet. Eine E-Mail, die sagt, wie man sich anmeldet, ist zu Ihnen unterwegs.',

  'factor.email-code': 'ein Code per E-Mail',
  'factor.sms-code': 'ein Code per SMS',

  'secondFactor.title': 'Noch ein Schritt',
  'secondFactor.text': 'Ihr Konto verlangt einen zweiten Nachweis: {factor}.',
  'secondFactor.askText':
    'Ihr Konto verlangt einen zweiten Nachweis: {factor}. Lassen Sie sich den Code senden.',
  'secondFactor.ask': 'Code senden',
  'secondFactor.button': 'Weiter',
  'secondFactor.other': 'Oder verwenden Sie',
  'secondFactor.deadTitle': 'Melden Sie sich noch einmal an',
  'secondFactor.dead': 'Diese Anmeldung hat zu lange gedauert oder wurde zu oft versucht.',
  'factor.passkey': 'ein Passkey',
  'factor.totp': 'der Code Ihrer Authenticator-App',
  'factor.recovery-code': 'ein Wiederherstellungscode',

  'enrolment.title': 'Richten Sie einen zweiten Schritt ein',
  'enrolment.text':
    'Ihr Konto braucht neben dem ersten einen zweiten Nachweis: {factor}. Dafür brauchen Sie eine Authenticator-App auf Ihrem Telefon; auch die meisten Passwortmanager haben eine.',
  'enrolment.begin': 'Einrichten',
  'enrolment.scan': 'Scannen Sie dieses Bild mit Ihrer Authenticator-App.',
  'enrolment.qr': 'QR-Code mit dem Geheimnis Ihres Kontos',
  'enrolment.open': 'App auf diesem Gerät öffnen',
  'enrolment.type': 'Oder tippen Sie dieses Geheimnis in die App:',
  'enrolment.prove': 'Geben Sie den Code ein, den die App jetzt zeigt.',
  'enrolment.codeHint': 'Sechs Ziffern, alle 30 Sekunden neu.',
  'enrolment.button': 'Bestätigen und anmelden',

  'recovery.title': 'Bewahren Sie Ihre Wiederherstellungscodes auf',
  'recovery.text':
    'Jeder dieser Codes lässt Sie einmal herein, falls Sie Ihr Telefon verlieren. Sie werden nur jetzt gezeigt: Schreiben Sie sie auf oder bewahren Sie sie dort auf, wo Ihre Passwörter sind.',
  'recovery.kept': 'Ich habe sie aufbewahrt',

  'passkey.use': 'Passkey verwenden',
  'passkey.signIn': 'Mit einem Passkey anmelden',
  'passkey.otherWay': 'Auf andere Weise anmelden',
  'passkey.failed': 'Das hat nicht geklappt. Versuchen Sie es noch einmal oder wählen Sie einen anderen Weg.',
  'passkey.cannot': 'Dieser Browser kann keine Passkeys verwenden, oder JavaScript ist ausgeschaltet.',
  'passkey.secondFactor':
    'Ihr Konto verlangt zusätzlich einen Passkey: Ihren Fingerabdruck, Ihr Gesicht oder die PIN Ihres Geräts.',
  'passkey.addTitle': 'Nächstes Mal ohne Passwort?',
  'passkey.addText':
    'Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder der PIN dieses Geräts an. Er lässt sich nicht erraten, und keine gefälschte Seite kann ihn Ihnen abnehmen.',
  'passkey.add': 'Passkey hinzufügen',
  'passkey.later': 'Jetzt nicht',
  'passkey.addFailed':
    'Es wurde kein Passkey hinzugefügt. Versuchen Sie es noch einmal oder gehen Sie ohne weiter.',

  'code.title': 'Sehen Sie in Ihr Postfach',
  'code.text':
    'Wir haben Ihnen eine E-Mail mit einem Code geschickt. Geben Sie ihn innerhalb von {time} ein oder öffnen Sie den Link in der E-Mail.',
  'code.button': 'Bestätigen',
  'code.again': 'Keine E-Mail? Sehen Sie im Spam-Ordner nach oder',
  'code.startAgain': 'beginnen Sie von vorn',

  'verify.title': 'E-\u2060Mail-Adresse bestätigen',
  'verify.text': 'Ist {email} Ihre Adresse? Dann drücken Sie auf die Schaltfläche.',
  'verify.button': 'Adresse bestätigen',
  'verify.done': 'Ihre Adresse ist bestätigt',
  'verify.doneText': 'Sie können diese Seite schließen oder sich anmelden.',
  'verify.dead': 'Fordern Sie dort, wo Sie sich registriert haben, eine neue E-Mail an.',

  'forgot.title': 'Passwort vergessen?',
  'forgot.text':
    'Nennen Sie uns Ihre Adresse: Gehört sie zu einem Konto, schicken wir eine E-Mail mit einem Link dorthin.',
  'forgot.button': 'E-Mail senden',
  'forgot.done': 'Sehen Sie in Ihr Postfach',
  'forgot.doneText': 'Wenn es zu dieser Adresse ein Konto gibt, ist eine E-Mail mit einem Link unterwegs.',
  'forgot.back': 'Zurück zur Anmeldung',

  'reset.title': 'Neues Passwort festlegen',
  'reset.text': 'Für das Konto {email}. Sie werden auf allen Geräten abgemeldet.',
  'reset.button': 'Passwort festlegen',
  'reset.firstTitle': 'Passwort wählen',
  'reset.firstText': 'Ihre Adresse {email} ist bestätigt. Wählen Sie ein Passwort für Ihr Konto.',
  'reset.done': 'Ihr Passwort ist festgelegt',
  'reset.doneText': 'Melden Sie sich mit dem neuen Passwort an. Alle Geräte wurden abgemeldet.',
  'reset.dead': 'Fordern Sie bei der Anmeldung eine neue E-Mail an.',

  'changeEmail.title': 'Neue E-\u2060Mail-Adresse bestätigen',
  'changeEmail.text': 'Von jetzt an ist {email} die Adresse Ihres Kontos.',
  'changeEmail.button': 'Diese Adresse verwenden',
  'changeEmail.done': 'Ihre neue Adresse gilt',
  'changeEmail.doneText':
    'Die alte Adresse wurde benachrichtigt und kann die Änderung eine Woche lang rückgängig machen.',
  'changeEmail.dead': 'Fordern Sie die Änderung in Ihrem Konto erneut an.',

  'undo.title': 'Alte E-\u2060Mail-Adresse zurückholen',
  'undo.text': '{email} wird wieder die Adresse Ihres Kontos.',
  'undo.consequence':
    'Alle Geräte werden abgemeldet, und an diese Adresse geht eine E-Mail, mit der Sie ein neues Passwort festlegen.',
  'undo.button': 'Zurückholen',
  'undo.done': 'Ihre alte Adresse gilt wieder',
  'undo.doneText':
    'Alle Geräte wurden abgemeldet. Eine E-Mail, mit der Sie ein neues Passwort festlegen, ist unterwegs.',
  'undo.dead':
    'Wenn Sie Ihre Adresse nicht selbst geändert haben, wenden Sie sich an die Betreiber dieses Dienstes.',

  'setup.title': 'Ersten Administrator anlegen',
  'setup.text': 'Dieses Konto darf alles. Weitere kann es später anlegen.',
  'setup.button': 'Administrator anlegen',
  'setup.done': 'Der Administrator ist angelegt',
  'setup.next': 'Sie sind in diesem Browser angemeldet. Wie es weitergeht:',
  'setup.reference': 'Was die API kann, steht in der {reference}.',
  'setup.referenceName': 'Referenz',
  'setup.register': 'Registrieren Sie einen eigenen Benutzer: {command}.',
  'setup.settings': 'Bevor andere den Dienst nutzen, setzen Sie {settings}.',
  'setup.dead':
    'Solange es keinen Administrator gibt, gibt der Server bei jedem Neustart einen neuen Link aus.',

  'signOut.title': 'Abmelden?',
  'signOut.button': 'Abmelden',
  'signOut.done': 'Sie sind abgemeldet',
  'signOut.doneText': 'In diesem Browser. Andere Geräte bleiben angemeldet.',

  'dead.title': 'Dieser Link funktioniert nicht mehr',
  'dead.text': 'Er wurde bereits verwendet, ist zu alt oder unvollständig.',

  'errorPage.title': 'Das hat nicht geklappt',
  'errorPage.again': 'Gehen Sie zurück und versuchen Sie es noch einmal.',
  'errorPage.notYou': 'Sie haben nichts falsch gemacht. Versuchen Sie es gleich noch einmal.',
  'errorPage.requestId': 'Wenn Sie jemanden um Hilfe bitten, nennen Sie diese Nummer: {id}',
  'error.invalid_input': 'Bitte prüfen Sie Ihre Angaben.',
  'error.invalid_form': 'Das Formular kam nicht so an, wie es diese Seite verlassen hat.',
  'error.unsupported_media_type':
    'Das Formular wurde auf eine Weise gesendet, die diese Seite nicht lesen kann.',
  'error.body_too_large': 'Das Formular ist größer als 64 KiB.',
  'error.not_found': 'Hier gibt es nichts.',
  'error.invalid_credentials': 'Die E-Mail-Adresse oder das Passwort ist falsch.',
  'error.second_factor_invalid': 'Der Code ist falsch oder wurde bereits verwendet.',
  'error.passkey_invalid': 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal.',
  'error.passkey_unknown':
    'Dieser Passkey gehört hier zu keinem Konto mehr. Verwenden Sie einen anderen oder einen anderen Weg.',
  'error.passkey_limit_reached': 'Sie haben so viele Passkeys, wie erlaubt sind.',
  'error.unauthenticated': 'Diese Seite weiß nicht, wer Sie sind. Beginnen Sie von vorn.',
  'error.forbidden': 'Das dürfen Sie nicht.',
  'error.cross_site_request': 'Das Formular kam von einer anderen Website und wurde abgelehnt.',
  'error.email_taken': 'Diese E-Mail-Adresse ist bereits registriert.',
  'error.password_too_common': 'Dieses Passwort ist zu verbreitet oder zu leicht zu erraten.',
  'error.challenge_invalid': 'Der Code ist falsch, schon verwendet oder zu alt.',
  'error.registration_closed': 'Die Registrierung ist geschlossen',
  'error.provider_not_found': 'Mit diesem Dienst meldet sich hier niemand an.',
  'error.provider_unavailable': 'Der andere Dienst ist gerade nicht erreichbar.',
  'error.federation_failed': 'Die Antwort des anderen Dienstes kann nicht angenommen werden.',
  'error.federation_denied': 'Der andere Dienst hat die Anmeldung nicht bestätigt.',
  'error.email_unproven':
    'Der andere Dienst bürgt nicht für Ihre E-Mail-Adresse. Legen Sie zuerst ein Konto mit der Adresse an; dann können Sie beide verknüpfen.',
  'error.linked_elsewhere': 'Dieses Konto des anderen Dienstes gehört hier schon jemand anderem.',
  'error.insufficient_user_authentication':
    'Ihre Anmeldung liegt dafür zu lange zurück. Melden Sie sich ab, und beginnen Sie von vorn.',
  'error.setup_complete': 'Den ersten Administrator gibt es bereits.',
  'error.overloaded': 'Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.',
  'error.unavailable': 'Der Dienst ist gerade nicht erreichbar.',
  'error.internal_error': 'Bei uns ist etwas schiefgegangen.',
}
