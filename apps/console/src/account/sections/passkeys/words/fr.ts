import type { PasskeysWords } from './en.ts'

export const fr: PasskeysWords = {
  passkeys: {
    title: 'Clés d’accès',
    intro:
      'Elles vous connectent par votre empreinte, votre visage ou le code d’un appareil : rien à retenir, rien à taper, rien qu’une fausse page puisse prendre.',
    empty: 'Vous n’avez pas encore de clé d’accès.',
    unsupported: 'Ce navigateur ne prend pas en charge les clés d’accès.',
    add: 'Ajouter une clé d’accès',
    added: (name) => `${name} a été ajoutée.`,
    synced: 'Synchronisée',
    syncable: 'Peut être synchronisée',
    device: 'Sur cet appareil seulement',
    suspected: 'Peut-être copiée',
    suspectedText:
      'Son compteur a reculé, comme si elle existait deux fois. Supprimez-la et créez-en une nouvelle.',
    created: (when) => `Ajoutée le ${when}`,
    used: (when) => `Dernière utilisation ${when}`,
    unused: 'Jamais utilisée',
    rename: 'Renommer',
    renameNamed: (name) => `Renommer ${name}`,
    renameTitle: (name) => `Comment appeler ${name} ?`,
    name: 'Nom',
    nameMissing: 'Donnez un nom à la clé d’accès.',
    renamed: (name) => `Elle s’appelle maintenant ${name}.`,
    remove: 'Supprimer',
    removeNamed: (name) => `Supprimer ${name}`,
    removeTitle: (name) => `Supprimer ${name} ?`,
    removeText: 'Elle n’ouvrira plus votre compte, et tous les autres appareils seront déconnectés.',
    removed: (name) => `${name} a été supprimée.`,
    askTitle: 'Après le mot de passe',
    askText:
      'Faites demander aussi une clé d’accès quand quelqu’un se connecte avec votre mot de passe. Gardez-en alors une toujours sur vous, ou deux.',
    ask: 'Demander une clé d’accès',
    doNotAsk: 'Ne plus la demander',
    asked: 'Désormais, le mot de passe seul n’ouvre plus votre compte.',
    notAsked: 'Désormais, le mot de passe seul suffit à nouveau.',
    stepUpText: 'Confirmez-le par une clé d’accès.',
    stepUp: 'Utiliser une clé d’accès',
  },
}
