import type { CodesWords } from './en.ts'

export const fr: CodesWords = {
  codes: {
    title: 'Téléphone et codes',
    intro: 'Des codes que nous vous envoyons, pour prouver que c’est bien vous.',
    phoneTitle: 'Numéro de téléphone',
    phoneText:
      'Les codes par SMS valent mieux qu’un mot de passe seul. Une clé d’accès ou une application d’authentification est plus sûre : un numéro peut être volé.',
    verified: 'Confirmé',
    smsFactor: 'Demander un code par SMS à la connexion',
    add: 'Ajouter un numéro',
    change: 'Utiliser un autre numéro',
    remove: 'Retirer',
    removeTitle: 'Retirer ce numéro ?',
    removeText: 'Plus aucun code n’y est envoyé, ni pour se connecter ni comme deuxième étape.',
    added: 'Le numéro a été ajouté.',
    removed: 'Le numéro a été retiré.',
    saved: 'Votre choix a été enregistré.',
    number: 'Numéro de téléphone',
    numberHint: 'Avec l’indicatif du pays, par exemple +49 151 23456789.',
    send: 'Envoyer le code',
    sent: (n: string) => `Un code est en route vers ${n}.`,
    delayed:
      'Les messages ne passent pas pour le moment. Nous continuons d’essayer ; le code arrivera dès que possible.',
    code: 'Code du message',
    confirm: 'Confirmer',
    wrongNumber: 'Saisissez un numéro de téléphone avec l’indicatif du pays, par exemple +49 151 23456789.',
    wrongCode: 'Le code est incorrect, déjà utilisé ou trop ancien.',
    mailTitle: 'Codes par e-mail',
    mailText:
      'Une deuxième étape pour qui n’a pas de téléphone sous la main. Elle arrête qui connaît votre mot de passe, pas qui lit vos e-mails.',
    mailFactor: 'Demander un code par e-mail à la connexion',
  },
}
