import type { EmailWords } from './en.ts'

export const fr: EmailWords = {
  email: {
    title: 'Adresse e-mail',
    intro: 'Elle vous sert à vous connecter, et nous y écrivons pour la sécurité de votre compte.',
    verified: 'Confirmée',
    unverified: 'Pas encore confirmée',
    confirmTitle: 'Confirmer cette adresse',
    confirmIntro:
      'Ouvrez le lien du message que nous vous avons envoyé, ou saisissez ici son code à six chiffres.',
    code: 'Code reçu par e-mail',
    confirm: 'Confirmer',
    sendAgain: 'Renvoyer le message',
    sent: 'Un nouveau message est en route. Seul le dernier code est valable.',
    confirmed: 'Votre adresse est confirmée.',
    changeTitle: 'Utiliser une autre adresse',
    changeIntro: (current) =>
      `Nous envoyons un message à la nouvelle adresse. Tant que son lien n’a pas été ouvert, ${current} reste valable.`,
    newEmail: 'Nouvelle adresse e-mail',
    change: 'Envoyer la confirmation',
    pendingTitle: 'Encore une étape',
    pending: (email) => `Ouvrez le lien du message envoyé à ${email}. Il est valable une heure.`,
    pendingUndo: 'Votre adresse actuelle est prévenue et permet d’annuler le changement pendant une semaine.',
    other: 'Choisir une autre adresse',
    same: 'C’est déjà votre adresse.',
    changed: (email) => `Votre adresse est maintenant ${email}.`,
  },
}
