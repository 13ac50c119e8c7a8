import type { DevicesWords } from './en.ts'

export const es: DevicesWords = {
  devices: {
    title: 'Dispositivos',
    intro:
      'Dónde tienes la sesión iniciada. Cierra la de los que no reconozcas y después cambia tu contraseña.',
    current: 'Este dispositivo',
    since: (when) => `Sesión iniciada el ${when}`,
    bound: 'Una copia de esta sesión no sirve de nada: tiene su propia clave',
    end: 'Cerrar sesión',
    endNamed: (device) => `Cerrar la sesión de ${device}`,
    endTitle: (device) => `¿Cerrar la sesión de ${device}?`,
    endText: 'Quien lo use tendrá que volver a iniciar sesión.',
    ended: (device) => `Se ha cerrado la sesión de ${device}.`,
    endOthers: 'Cerrar sesión en los demás dispositivos',
    endOthersTitle: '¿Cerrar sesión en los demás dispositivos?',
    endOthersText: 'Solo este dispositivo mantendrá la sesión.',
    endedOthers: 'Se ha cerrado la sesión en los demás dispositivos.',
    alone: 'Solo tienes la sesión iniciada en este dispositivo.',
  },
}
