import type { DataWords } from './en.ts'

export const es: DataWords = {
  data: {
    title: 'Tus datos',
    intro: 'Llévatelos contigo, o despídete.',
    exportTitle: 'Descargar tus datos',
    exportText:
      'Perfil, dispositivos y toda la actividad en un archivo JSON. No contiene nada con lo que se pueda iniciar sesión.',
    export: 'Descargar',
    exported: 'Tus datos se han descargado.',
    deleteTitle: 'Eliminar la cuenta',
    deleteText: 'La cuenta y todo lo que contiene desaparece al momento, y nadie puede recuperarla.',
    delete: 'Eliminar cuenta…',
    confirmTitle: '¿Eliminar esta cuenta para siempre?',
    confirmText: 'Se eliminan el perfil, los dispositivos y la actividad. No hay vuelta atrás.',
    typeEmail: (email) => `Escribe ${email} para confirmar`,
    notTheEmail: 'Esa no es la dirección de la cuenta.',
    confirm: 'Eliminar para siempre',
  },
}
