import type { CodesWords } from './en.ts'

export const es: CodesWords = {
  codes: {
    title: 'Teléfono y códigos',
    intro: 'Códigos que te enviamos para demostrar que eres tú.',
    phoneTitle: 'Número de teléfono',
    phoneText:
      'Los códigos por SMS son mejores que una contraseña sola. Una llave de acceso o una aplicación de autenticación es más segura: los números se pueden robar.',
    verified: 'Confirmado',
    smsFactor: 'Pedir un código por SMS al iniciar sesión',
    add: 'Añadir un número',
    change: 'Usar otro número',
    remove: 'Quitar',
    removeTitle: '¿Quitar este número?',
    removeText: 'Ya no se le envían códigos, ni para iniciar sesión ni como segundo paso.',
    added: 'Se ha añadido el número.',
    removed: 'Se ha quitado el número.',
    saved: 'Se ha guardado tu elección.',
    number: 'Número de teléfono',
    numberHint: 'Con el prefijo del país, como +49 151 23456789.',
    send: 'Enviar el código',
    sent: (n: string) => `Un código va en camino a ${n}.`,
    delayed:
      'Ahora mismo los mensajes no llegan. Seguimos intentándolo; el código llegará en cuanto se pueda.',
    code: 'Código del mensaje',
    confirm: 'Confirmar',
    wrongNumber: 'Escribe un número de teléfono con el prefijo del país, como +49 151 23456789.',
    wrongCode: 'El código es incorrecto, ya se ha usado o es demasiado antiguo.',
    mailTitle: 'Códigos por correo',
    mailText:
      'Un segundo paso para quien no tiene un teléfono a mano. Detiene a quien conoce tu contraseña, no a quien lee tu correo.',
    mailFactor: 'Pedir un código por correo al iniciar sesión',
  },
}
