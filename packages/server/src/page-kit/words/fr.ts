import type { Messages } from './en.ts'

export const fr: Messages = {
  'footer.language': 'Langue',
  'form.optional': 'facultatif',
  'form.notDone': 'Non effectué : {title}',
  'form.wait': 'Trop de tentatives. Attendez {time}, puis renvoyez le formulaire.',

  'field.email': 'Adresse e-mail',
  'field.name': 'Nom',
  'field.password': 'Mot de passe',
  'field.newPassword': 'Nouveau mot de passe',
  'field.code': 'Code',
  'field.remember': 'Rester connecté sur cet appareil',
  'field.trustDevice': 'Ne plus demander sur cet appareil pendant un certain temps',
  'hint.password':
    'Au moins 8 caractères. Quelques mots à la suite sont faciles à retenir et difficiles à deviner.',
  'hint.code': 'Les 6 chiffres reçus par e-mail.',
  'fault.email': 'Saisissez une adresse e-mail comme ada@example.com.',
  'fault.name': 'Utilisez 200 caractères au maximum.',
  'fault.currentPassword': 'Saisissez votre mot de passe.',
  'fault.newPassword': 'Utilisez entre 8 et 1024 caractères.',
  'fault.code': 'Saisissez les 6 chiffres reçus par e-mail.',
  'fault.factorCode': 'Saisissez le code.',
  'reveal.show': 'Afficher',
  'reveal.hide': 'Masquer',
  'reveal.showPassword': 'Afficher le mot de passe',
  'reveal.hidePassword': 'Masquer le mot de passe',

  'signIn.title': 'Se connecter',
  'signIn.button': 'Se connecter',
  'signIn.noAccount': 'Pas encore de compte ?',
  'options.last': 'Vous avez utilisé ce moyen la dernière fois.',
  'options.or': 'ou',
  'signedIn.title': 'Vous êtes connecté',
  'signedIn.text': 'Vous êtes connecté avec l’adresse {email}.',
  'signedIn.continue': 'Continuer',

  'signUp.title': 'Créer un compte',
  'signUp.button': 'Créer le compte',
  'signUp.haveAccount': 'Vous avez déjà un compte ?',
  'signUp.closed': 'Les comptes sont créés par les responsables de ce service. Adressez-vous à eux.',

  'field.phone': 'Numéro de téléphone',
  'fault.phone': 'Saisissez un numéro de téléphone avec l’indicatif du pays, par exemple +49 151 23456789.',
  'fault.smsCode': 'Saisissez les 6 chiffres du message.',

  'codes.send': 'Envoyer le code',
  'codes.another': 'demandez-en un autre',
  'delayed.other': 'Se connecter autrement',

  'delayed.mail': 'Les e-mails ne passent pas pour le moment. Nous continuons d’essayer.',
  'delayed.sms': 'Les messages ne passent pas pour le moment. Nous continuons d’essayer.',

  'undo.consequenceWithout':
    'Tous les appareils sont déconnectés, et un e-mail qui dit comment se connecter est envoyé à cette adresse.',
  'undo.doneWithout':
    'Tous les appareils ont été déconnectés. Un e-mail qui dit comment se connecter est en route.',

  'secondFactor.title': 'Encore une étape',
  'secondFactor.text': 'Votre compte demande une seconde preuve : {factor}.',
  'secondFactor.askText': 'Votre compte demande une seconde preuve : {factor}. Faites-vous envoyer son code.',
  'secondFactor.ask': 'Envoyer le code',
  'secondFactor.button': 'Continuer',
  'secondFactor.other': 'Ou utilisez',
  'secondFactor.deadTitle': 'Connectez-vous à nouveau',
  'secondFactor.dead': 'Cette connexion a pris trop de temps ou a été tentée trop souvent.',

  'enrolment.title': 'Configurez une seconde étape',
  'enrolment.text':
    'Votre compte doit avoir une seconde preuve en plus de la première : {factor}. Il vous faut une application d’authentification sur votre téléphone ; la plupart des gestionnaires de mots de passe en ont une aussi.',
  'enrolment.begin': 'Configurer',
  'enrolment.button': 'Confirmer et se connecter',

  'recovery.title': 'Conservez vos codes de secours',
  'recovery.text':
    'Chacun de ces codes vous laisse entrer une fois si vous perdez votre téléphone. Ils ne sont affichés que maintenant : notez-les ou gardez-les là où sont vos mots de passe.',
  'recovery.kept': 'Je les ai conservés',

  'code.title': 'Consultez votre messagerie',
  'code.text':
    'Nous vous avons envoyé un e-mail contenant un code. Saisissez-le dans un délai de {time} ou ouvrez le lien de l’e-mail.',
  'code.button': 'Confirmer',
  'code.again': 'Rien reçu ? Regardez dans les indésirables ou',
  'code.startAgain': 'recommencez',

  'verify.title': 'Confirmez votre adresse e-\u2060mail',
  'verify.text': '{email} est bien votre adresse ? Appuyez alors sur le bouton.',
  'verify.button': 'Confirmer l’adresse',
  'verify.done': 'Votre adresse est confirmée',
  'verify.doneText': 'Vous pouvez fermer cette page ou vous connecter.',
  'verify.dead': 'Demandez un nouvel e-mail là où vous vous êtes inscrit.',

  'changeEmail.title': 'Confirmez votre nouvelle adresse e-\u2060mail',
  'changeEmail.text': 'À partir de maintenant, {email} sera l’adresse de votre compte.',
  'changeEmail.button': 'Utiliser cette adresse',
  'changeEmail.done': 'Votre nouvelle adresse est en vigueur',
  'changeEmail.doneText':
    'L’ancienne adresse a été prévenue et peut annuler ce changement pendant une semaine.',
  'changeEmail.dead': 'Redemandez le changement depuis votre compte.',

  'undo.title': 'Reprendre votre ancienne adresse e-\u2060mail',
  'undo.text': '{email} redevient l’adresse de votre compte.',
  'undo.consequence':
    'Tous les appareils seront déconnectés, et un e-mail permettant de définir un nouveau mot de passe sera envoyé à cette adresse.',
  'undo.button': 'Reprendre cette adresse',
  'undo.done': 'Votre ancienne adresse est de nouveau en vigueur',
  'undo.doneText':
    'Tous les appareils ont été déconnectés. Un e-mail permettant de définir un nouveau mot de passe est en route.',
  'undo.dead':
    'Si vous n’avez pas changé d’adresse vous-même, demandez de l’aide aux responsables de ce service.',

  'setup.title': 'Créer le premier administrateur',
  'setup.text': 'Ce compte peut tout faire. Il pourra en créer d’autres plus tard.',
  'setup.button': 'Créer l’administrateur',
  'setup.done': 'L’administrateur est créé',
  'setup.next': 'Vous êtes connecté dans ce navigateur. Et maintenant :',
  'setup.reference': 'Découvrez ce que fait l’API dans la {reference}.',
  'setup.referenceName': 'référence',
  'setup.register': 'Inscrivez un utilisateur : {command}.',
  'setup.settings': 'Avant que d’autres ne s’en servent, définissez {settings}.',
  'setup.dead':
    'Tant qu’il n’y a pas d’administrateur, le serveur affiche un nouveau lien à chaque redémarrage.',

  'signOut.title': 'Se déconnecter ?',
  'signOut.button': 'Se déconnecter',
  'signOut.done': 'Vous êtes déconnecté',
  'signOut.doneText': 'Dans ce navigateur. Vos autres appareils restent connectés.',

  'dead.title': 'Ce lien ne fonctionne plus',
  'dead.text': 'Il a déjà servi, est trop ancien ou incomplet.',

  'errorPage.title': 'Cela n’a pas fonctionné',
  'errorPage.again': 'Revenez en arrière et réessayez.',
  'errorPage.notYou': 'Vous n’avez rien fait de mal. Réessayez dans un instant.',
  'errorPage.requestId': 'Si vous demandez de l’aide à quelqu’un, donnez-lui ce numéro : {id}',
  'error.invalid_input': 'Vérifiez les informations du formulaire.',
  'error.invalid_form': 'Le formulaire n’est pas arrivé tel qu’il a quitté cette page.',
  'error.unsupported_media_type': 'Le formulaire a été envoyé d’une manière que cette page ne sait pas lire.',
  'error.body_too_large': 'Le formulaire dépasse 64 Kio.',
  'error.not_found': 'Il n’y a rien ici.',
  'error.second_factor_invalid': 'Le code est faux ou a déjà servi.',
  'error.unauthenticated': 'Cette page ne sait pas qui vous êtes. Recommencez.',
  'error.forbidden': 'Vous n’êtes pas autorisé à faire cela.',
  'error.cross_site_request': 'Le formulaire provenait d’un autre site et a été refusé.',
  'error.email_taken': 'Cette adresse e-mail est déjà inscrite.',
  'error.challenge_invalid': 'Le code est faux, déjà utilisé ou trop ancien.',
  'error.registration_closed': 'Les inscriptions sont fermées',
  'error.insufficient_user_authentication':
    'Votre connexion est trop ancienne pour cela. Déconnectez-vous, puis recommencez.',
  'error.setup_complete': 'Le premier administrateur existe déjà.',
  'error.overloaded': 'Le serveur est occupé. Réessayez dans un instant.',
  'error.unavailable': 'Le service n’est pas disponible pour le moment.',
  'error.internal_error': 'Une erreur est survenue de notre côté.',
}
