import type { DevicesWords } from './en.ts'

export const de: DevicesWords = {
  devices: {
    title: 'Geräte',
    intro: 'Hier sind Sie angemeldet. Melden Sie ab, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.',
    current: 'Dieses Gerät',
    since: (when) => `Angemeldet am ${when}`,
    bound: 'Eine Kopie dieser Anmeldung ist wertlos: Sie hat einen eigenen Schlüssel',
    end: 'Abmelden',
    endNamed: (device) => `${device} abmelden`,
    endTitle: (device) => `${device} abmelden?`,
    endText: 'Wer es benutzt, muss sich neu anmelden.',
    ended: (device) => `${device} wurde abgemeldet.`,
    endOthers: 'Alle anderen Geräte abmelden',
    endOthersTitle: 'Alle anderen Geräte abmelden?',
    endOthersText: 'Nur dieses Gerät bleibt angemeldet.',
    endedOthers: 'Alle anderen Geräte wurden abgemeldet.',
    alone: 'Sie sind nur auf diesem Gerät angemeldet.',
  },
}
