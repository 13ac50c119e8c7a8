import type { Messages } from './en.ts'

export const es: Messages = {
  'footer.language': 'Idioma',
  'form.optional': 'opcional',
  'form.notDone': 'Sin completar: {title}',
  'form.wait': 'Demasiados intentos. Espera {time} y vuelve a enviar el formulario.',

  'field.email': 'Correo electrónico',
  'field.name': 'Nombre',
  'field.password': 'Contraseña',
  'field.newPassword': 'Contraseña nueva',
  'field.code': 'Código',
  'field.remember': 'Mantener la sesión iniciada en este dispositivo',
  'field.trustDevice': 'No volver a preguntar en este dispositivo durante un tiempo',
  'hint.password':
    'Al menos 8 caracteres. Varias palabras seguidas son fáciles de recordar y difíciles de adivinar.',
  'hint.code': 'Los 6 dígitos del correo.',
  'fault.email': 'Escribe una dirección de correo como ada@example.com.',
  'fault.name': 'Usa 200 caracteres como máximo.',
  'fault.currentPassword': 'Escribe tu contraseña.',
  'fault.newPassword': 'Usa entre 8 y 1024 caracteres.',
  'fault.code': 'Escribe los 6 dígitos del correo.',
  'fault.factorCode': 'Escribe el código.',
  'reveal.show': 'Mostrar',
  'reveal.hide': 'Ocultar',
  'reveal.showPassword': 'Mostrar la contraseña',
  'reveal.hidePassword': 'Ocultar la contraseña',

  'signIn.title': 'Iniciar sesión',
  'signIn.button': 'Iniciar sesión',
  'signIn.noAccount': '¿Aún no tienes cuenta?',
  'options.last': 'Así iniciaste sesión la última vez.',
  'options.or': 'o',
  'signedIn.title': 'Has iniciado sesión',
  'signedIn.text': 'Has iniciado sesión como {email}.',
  'signedIn.continue': 'Continuar',

  'signUp.title': 'Crear una cuenta',
  'signUp.button': 'Crear cuenta',
  'signUp.haveAccount': '¿Ya tienes una cuenta?',
  'signUp.closed': 'Las cuentas las crean quienes gestionan este servicio. Pídeles una.',

  'field.phone': 'Número de teléfono',
  'fault.phone': 'Escribe un número de teléfono con el prefijo del país, como +49 151 23456789.',
  'fault.smsCode': 'Escribe las 6 cifras del mensaje.',

  'codes.send': 'Enviar el código',
  'codes.another': 'pide otro',
  'delayed.other': 'Iniciar sesión de otra forma',

  'delayed.mail': 'Ahora mismo los correos no llegan. Seguimos intentándolo.',
  'delayed.sms': 'Ahora mismo los mensajes no llegan. Seguimos intentándolo.',

  'undo.consequenceWithout':
    'Se cierra la sesión en todos los dispositivos y a esta dirección va un correo que dice cómo iniciar sesión.',
  'undo.doneWithout':
    'Se ha cerrado la sesión en todos los dispositivos. Va en camino un correo que dice cómo iniciar sesión.',

  'secondFactor.title': 'Un paso más',
  'secondFactor.text': 'Tu cuenta pide una segunda prueba: {factor}.',
  'secondFactor.askText': 'Tu cuenta pide una segunda prueba: {factor}. Pide que te enviemos su código.',
  'secondFactor.ask': 'Enviar el código',
  'secondFactor.button': 'Continuar',
  'secondFactor.other': 'O usa',
  'secondFactor.deadTitle': 'Vuelve a iniciar sesión',
  'secondFactor.dead': 'Este inicio de sesión tardó demasiado o se intentó demasiadas veces.',

  'enrolment.title': 'Configura un segundo paso',
  'enrolment.text':
    'Tu cuenta necesita una segunda prueba además de la primera: {factor}. Necesitas una aplicación de autenticación en el teléfono; la mayoría de los gestores de contraseñas también tienen una.',
  'enrolment.begin': 'Configurar',
  'enrolment.button': 'Confirmar e iniciar sesión',

  'recovery.title': 'Guarda tus códigos de recuperación',
  'recovery.text':
    'Cada uno de estos códigos te deja entrar una vez si pierdes el teléfono. Solo se muestran ahora: anótalos o guárdalos donde guardas las contraseñas.',
  'recovery.kept': 'Los he guardado',

  'code.title': 'Revisa tu correo',
  'code.text':
    'Te hemos enviado un correo con un código. Escríbelo antes de que pasen {time} o abre el enlace del correo.',
  'code.button': 'Confirmar',
  'code.again': '¿No te ha llegado? Mira en el correo no deseado o',
  'code.startAgain': 'empieza de nuevo',

  'verify.title': 'Confirma tu correo electrónico',
  'verify.text': '¿Es {email} tu dirección? Entonces pulsa el botón.',
  'verify.button': 'Confirmar la dirección',
  'verify.done': 'Tu dirección está confirmada',
  'verify.doneText': 'Puedes cerrar esta página o iniciar sesión.',
  'verify.dead': 'Pide un correo nuevo donde te registraste.',

  'changeEmail.title': 'Confirma tu nuevo correo electrónico',
  'changeEmail.text': 'A partir de ahora, {email} será la dirección de tu cuenta.',
  'changeEmail.button': 'Usar esta dirección',
  'changeEmail.done': 'Tu nueva dirección ya está en uso',
  'changeEmail.doneText': 'Hemos avisado a la anterior, que puede deshacer el cambio durante una semana.',
  'changeEmail.dead': 'Vuelve a pedir el cambio en tu cuenta.',

  'undo.title': 'Recupera tu correo electrónico anterior',
  'undo.text': '{email} volverá a ser la dirección de tu cuenta.',
  'undo.consequence':
    'Se cerrará la sesión en todos los dispositivos y enviaremos a esta dirección un correo para elegir una contraseña nueva.',
  'undo.button': 'Recuperarla',
  'undo.done': 'Tu dirección anterior vuelve a estar en uso',
  'undo.doneText':
    'Se ha cerrado la sesión en todos los dispositivos. Ya va en camino un correo para elegir una contraseña nueva.',
  'undo.dead': 'Si no cambiaste tú la dirección, pide ayuda a quienes gestionan este servicio.',

  'setup.title': 'Crea el primer administrador',
  'setup.text': 'Esta cuenta puede hacerlo todo. Más adelante podrá crear otras.',
  'setup.button': 'Crear administrador',
  'setup.done': 'El administrador está creado',
  'setup.next': 'Has iniciado sesión en este navegador. Siguientes pasos:',
  'setup.reference': 'Lee lo que puede hacer la API en la {reference}.',
  'setup.referenceName': 'referencia',
  'setup.register': 'Registra un usuario: {command}.',
  'setup.settings': 'Antes de que lo usen otras personas, define {settings}.',
  'setup.dead':
    'Mientras no haya un administrador, el servidor muestra un enlace nuevo cada vez que se reinicia.',

  'signOut.title': '¿Cerrar sesión?',
  'signOut.button': 'Cerrar sesión',
  'signOut.done': 'Has cerrado la sesión',
  'signOut.doneText': 'En este navegador. Los demás dispositivos siguen con la sesión iniciada.',

  'dead.title': 'Este enlace ya no funciona',
  'dead.text': 'Ya se usó, es demasiado antiguo o está incompleto.',

  'errorPage.title': 'Algo no ha funcionado',
  'errorPage.again': 'Vuelve atrás e inténtalo de nuevo.',
  'errorPage.notYou': 'No has hecho nada mal. Inténtalo de nuevo en un momento.',
  'errorPage.requestId': 'Si pides ayuda a alguien, dale este número: {id}',
  'error.invalid_input': 'Revisa los datos del formulario.',
  'error.invalid_form': 'El formulario no llegó como salió de esta página.',
  'error.unsupported_media_type': 'El formulario se envió de una forma que esta página no puede leer.',
  'error.body_too_large': 'El formulario ocupa más de 64 KiB.',
  'error.not_found': 'Aquí no hay nada.',
  'error.second_factor_invalid': 'El código es incorrecto o ya se usó.',
  'error.unauthenticated': 'Esta página no sabe quién eres. Empieza de nuevo.',
  'error.forbidden': 'No tienes permiso para hacer esto.',
  'error.cross_site_request': 'El formulario se envió desde otro sitio y fue rechazado.',
  'error.email_taken': 'Este correo electrónico ya está registrado.',
  'error.challenge_invalid': 'El código es incorrecto, ya se usó o ha caducado.',
  'error.registration_closed': 'El registro está cerrado',
  'error.insufficient_user_authentication':
    'Su inicio de sesión es demasiado antiguo para esto. Cierre la sesión y empiece de nuevo.',
  'error.setup_complete': 'El primer administrador ya existe.',
  'error.overloaded': 'El servidor está ocupado. Inténtalo de nuevo en un momento.',
  'error.unavailable': 'El servicio no está disponible en este momento.',
  'error.internal_error': 'Algo ha fallado por nuestra parte.',
}
