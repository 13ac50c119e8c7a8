import type { DevicesWords } from './en.ts'

export const pt: DevicesWords = {
  devices: {
    title: 'Dispositivos',
    intro: 'Onde você está conectado. Desconecte o que não reconhecer e depois altere sua senha.',
    current: 'Este dispositivo',
    since: (when) => `Conectado em ${when}`,
    bound: 'Uma cópia desta sessão não vale nada: ela tem uma chave própria',
    end: 'Desconectar',
    endNamed: (device) => `Desconectar ${device}`,
    endTitle: (device) => `Desconectar ${device}?`,
    endText: 'Quem o usa terá de entrar de novo.',
    ended: (device) => `${device} foi desconectado.`,
    endOthers: 'Desconectar todos os outros dispositivos',
    endOthersTitle: 'Desconectar todos os outros dispositivos?',
    endOthersText: 'Só este dispositivo continua conectado.',
    endedOthers: 'Todos os outros dispositivos foram desconectados.',
    alone: 'Você está conectado apenas neste dispositivo.',
  },
}
