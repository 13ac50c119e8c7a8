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
  'signIn.noAccount': 'Noch kein Konto?',
  'options.last': 'So haben Sie sich zuletzt angemeldet.',
  'options.or': 'oder',
  'signedIn.title': 'Sie sind angemeldet',
  'signedIn.text': 'Sie sind als {email} angemeldet.',
  'signedIn.continue': 'Weiter',

  'signUp.title': 'Konto erstellen',
  'signUp.button': 'Konto erstellen',
  'signUp.haveAccount': 'Sie haben schon ein Konto?',
  'signUp.closed': 'Konten werden von den Betreibern dieses Dienstes angelegt. Bitte wenden Sie sich an sie.',

  'field.phone': 'Telefonnummer',
  'fault.phone': 'Geben Sie eine Telefonnummer mit der Vorwahl des Landes ein, etwa +49 151 23456789.',
  'fault.smsCode': 'Geben Sie die 6 Ziffern aus der Nachricht ein.',

  'codes.send': 'Code senden',
  'codes.another': 'fordern Sie einen neuen an',
  'delayed.other': 'Auf andere Weise anmelden',

  'delayed.mail': 'E-Mails kommen gerade nicht durch. Wir versuchen es weiter.',
  'delayed.sms': 'Nachrichten kommen gerade nicht durch. Wir versuchen es weiter.',

  'undo.consequenceWithout':
    'Jedes Gerät wird abgemeldet, und eine E-Mail, die sagt, wie man sich anmeldet, geht an diese Adresse.',
  'undo.doneWithout':
    'Jedes Gerät wurde abgemeldet. Eine E-Mail, die sagt, wie man sich anmeldet, ist zu Ihnen unterwegs.',

  'secondFactor.title': 'Noch ein Schritt',
  'secondFactor.text': 'Ihr Konto verlangt einen zweiten Nachweis: {factor}.',
  'secondFactor.askText':
    'Ihr Konto verlangt einen zweiten Nachweis: {factor}. Lassen Sie sich den Code senden.',
  'secondFactor.ask': 'Code senden',
  'secondFactor.button': 'Weiter',
  'secondFactor.other': 'Oder verwenden Sie',
  'secondFactor.deadTitle': 'Melden Sie sich noch einmal an',
  'secondFactor.dead': 'Diese Anmeldung hat zu lange gedauert oder wurde zu oft versucht.',

  'enrolment.title': 'Richten Sie einen zweiten Schritt ein',
  'enrolment.text':
    'Ihr Konto braucht neben dem ersten einen zweiten Nachweis: {factor}. Dafür brauchen Sie eine Authenticator-App auf Ihrem Telefon; auch die meisten Passwortmanager haben eine.',
  'enrolment.begin': 'Einrichten',
  'enrolment.button': 'Bestätigen und anmelden',

  'recovery.title': 'Bewahren Sie Ihre Wiederherstellungscodes auf',
  'recovery.text':
    'Jeder dieser Codes lässt Sie einmal herein, falls Sie Ihr Telefon verlieren. Sie werden nur jetzt gezeigt: Schreiben Sie sie auf oder bewahren Sie sie dort auf, wo Ihre Passwörter sind.',
  'recovery.kept': 'Ich habe sie aufbewahrt',

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
  'error.second_factor_invalid': 'Der Code ist falsch oder wurde bereits verwendet.',
  'error.unauthenticated': 'Diese Seite weiß nicht, wer Sie sind. Beginnen Sie von vorn.',
  'error.forbidden': 'Das dürfen Sie nicht.',
  'error.cross_site_request': 'Das Formular kam von einer anderen Website und wurde abgelehnt.',
  'error.email_taken': 'Diese E-Mail-Adresse ist bereits registriert.',
  'error.challenge_invalid': 'Der Code ist falsch, schon verwendet oder zu alt.',
  'error.registration_closed': 'Die Registrierung ist geschlossen',
  'error.insufficient_user_authentication':
    'Ihre Anmeldung liegt dafür zu lange zurück. Melden Sie sich ab, und beginnen Sie von vorn.',
  'error.setup_complete': 'Den ersten Administrator gibt es bereits.',
  'error.overloaded': 'Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.',
  'error.unavailable': 'Der Dienst ist gerade nicht erreichbar.',
  'error.internal_error': 'Bei uns ist etwas schiefgegangen.',
}
