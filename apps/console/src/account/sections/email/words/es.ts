import type { EmailWords } from './en.ts'

export const es: EmailWords = {
  email: {
    title: 'Correo electrónico',
    intro: 'Lo usas para iniciar sesión, y ahí te escribimos sobre la seguridad de tu cuenta.',
    verified: 'Confirmado',
    unverified: 'Sin confirmar',
    confirmTitle: 'Confirma esta dirección',
    confirmIntro: 'Abre el enlace del correo que te hemos enviado o escribe aquí su código de seis cifras.',
    code: 'Código del correo',
    confirm: 'Confirmar',
    sendAgain: 'Enviar el correo otra vez',
    sent: 'Hemos enviado otro correo. Solo vale el código más reciente.',
    confirmed: 'Tu dirección está confirmada.',
    changeTitle: 'Usar otra dirección',
    changeIntro: (current) =>
      `Enviamos un correo a la nueva dirección. Hasta que se abra su enlace, sigue valiendo ${current}.`,
    newEmail: 'Nuevo correo electrónico',
    change: 'Enviar confirmación',
    pendingTitle: 'Falta un paso',
    pending: (email) => `Abre el enlace del correo enviado a ${email}. Vale durante una hora.`,
    pendingUndo:
      'Avisamos a tu dirección actual, desde la que se puede deshacer el cambio durante una semana.',
    other: 'Usar otra dirección distinta',
    same: 'Esa ya es tu dirección.',
    changed: (email) => `Tu dirección es ahora ${email}.`,
  },
}
