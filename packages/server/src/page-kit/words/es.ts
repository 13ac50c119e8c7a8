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
  'signIn.forgot': '¿Has olvidado tu contraseña?',
  'signIn.noAccount': '¿Aún no tienes cuenta?',
  'ways.last': 'Así iniciaste sesión la última vez.',
  'ways.or': 'o',
  'federation.continueWith': 'Continuar con {provider}',
  'federation.goingTitle': 'Un momento',
  'federation.going': 'Le llevamos a {provider}.',
  'federation.go': 'Continuar',
  'federation.refused': 'No se ha cambiado nada. Puede intentarlo de nuevo o iniciar sesión de otra forma.',
  'federation.otherWay': 'Iniciar sesión de otra forma',
  'link.title': '¿Esta cuenta también es suya?',
  'link.text':
    'Ya hay una cuenta para {email}. Inicie sesión en ella como siempre para mostrar que es suya; después quedará vinculada a {provider}.',
  'link.confirmText':
    'Ha iniciado sesión como {email}. A partir de ahora {provider} le dará acceso a esta cuenta.',
  'link.button': 'Vincular la cuenta',
  'link.dead': 'Empiece de nuevo en el inicio de sesión.',
  'signedIn.title': 'Has iniciado sesión',
  'signedIn.text': 'Has iniciado sesión como {email}.',
  'signedIn.continue': 'Continuar',

  'signUp.title': 'Crear una cuenta',
  'signUp.button': 'Crear cuenta',
  'signUp.haveAccount': '¿Ya tienes una cuenta?',
  'signUp.closed': 'Las cuentas las crean quienes gestionan este servicio. Pídeles una.',

  'field.phone': 'Número de teléfono',
  'hint.phone': 'Con el prefijo del país, como +49 151 23456789.',
  'hint.smsCode': 'Las 6 cifras del mensaje.',
  'hint.linkCode': 'Las 6 cifras del otro dispositivo.',
  'fault.phone': 'Escribe un número de teléfono con el prefijo del país, como +49 151 23456789.',
  'fault.smsCode': 'Escribe las 6 cifras del mensaje.',

  'way.magicLink': 'Continuar con un enlace por correo',
  'way.emailCode': 'Continuar con un código por correo',
  'way.smsCode': 'Continuar con un código por SMS',

  'codes.send': 'Enviar el código',
  'codes.another': 'pide otro',
  'delayed.other': 'Iniciar sesión de otra forma',

  'delayed.mail': 'Ahora mismo los correos no llegan. Seguimos intentándolo.',
  'delayed.sms': 'Ahora mismo los mensajes no llegan. Seguimos intentándolo.',

  'emailCode.title': 'Iniciar sesión con un código por correo',
  'emailCode.text': 'Dinos tu dirección: enviamos un código a ella.',
  'emailCode.sent':
    'Si {email} puede iniciar sesión aquí, hay un código en camino. Escríbelo antes de {time}.',

  'smsCode.title': 'Iniciar sesión con un código por SMS',
  'smsCode.text': 'Dinos el número de teléfono de tu cuenta: enviamos un código a él.',
  'smsCode.sentTitle': 'Mira tu teléfono',
  'smsCode.sent': 'Si {phone} puede iniciar sesión aquí, hay un código en camino. Escríbelo antes de {time}.',
  'smsCode.again': '¿No llega el mensaje? Espera un minuto o',

  'magicLink.title': 'Iniciar sesión con un enlace por correo',
  'magicLink.text': 'Dinos tu dirección: enviamos un enlace a ella. Ábrelo en este navegador.',
  'magicLink.button': 'Enviar el enlace',
  'magicLink.sent':
    'Si {email} puede iniciar sesión aquí, hay un enlace en camino. Ábrelo en este navegador antes de {time}.',
  'magicLink.compare': '¿Lo has abierto en otro dispositivo? Escribe entonces el código que muestra allí.',
  'magicLink.open': '¿Iniciar sesión?',
  'magicLink.openText': 'Vas a iniciar sesión como {email} en este navegador.',
  'magicLink.dead': 'Pide un enlace nuevo.',
  'magicLink.elsewhereTitle': 'Estás en otro dispositivo',
  'magicLink.elsewhereText':
    'Alguien pidió en otro navegador un enlace para iniciar sesión como {email}. Si acabas de ser tú, muestra el código aquí y escríbelo allí. Si no fuiste tú, cierra esta página: no ha pasado nada.',
  'magicLink.elsewhereRefuse':
    'El enlace inicia sesión como {email}, y solo en el navegador que lo pidió. Ábrelo allí. Si no lo pediste tú, cierra esta página: no ha pasado nada.',
  'magicLink.reveal': 'Mostrar el código',
  'magicLink.codeTitle': 'Escribe este código donde pediste el enlace',
  'magicLink.codeWarning':
    'No digas este código a nadie, tampoco a nosotros: quien lo tiene inicia sesión como {email}.',
  'magicLink.askHere': 'Pedir un enlace para este navegador',

  'undo.consequenceWithout':
    'Se cierra la sesión en todos los dispositivos y a esta dirección va un correo que dice cómo iniciar sesión.',
  'undo.doneWithout':
    'Se ha cerrado la sesión en todos los dispositivos. Va en camino un correo que dice cómo iniciar sesión.',

  'factor.email-code': 'un código por correo',
  'factor.sms-code': 'un código por SMS',

  'secondFactor.title': 'Un paso más',
  'secondFactor.text': 'Tu cuenta pide una segunda prueba: {factor}.',
  'secondFactor.askText': 'Tu cuenta pide una segunda prueba: {factor}. Pide que te enviemos su código.',
  'secondFactor.ask': 'Enviar el código',
  'secondFactor.button': 'Continuar',
  'secondFactor.other': 'O usa',
  'secondFactor.deadTitle': 'Vuelve a iniciar sesión',
  'secondFactor.dead': 'Este inicio de sesión tardó demasiado o se intentó demasiadas veces.',
  'factor.passkey': 'una llave de acceso',
  'factor.totp': 'el código de tu aplicación de autenticación',
  'factor.recovery-code': 'un código de recuperación',

  'enrolment.title': 'Configura un segundo paso',
  'enrolment.text':
    'Tu cuenta necesita una segunda prueba además de la primera: {factor}. Necesitas una aplicación de autenticación en el teléfono; la mayoría de los gestores de contraseñas también tienen una.',
  'enrolment.begin': 'Configurar',
  'enrolment.scan': 'Escanea esta imagen con tu aplicación de autenticación.',
  'enrolment.qr': 'Código QR con el secreto de tu cuenta',
  'enrolment.open': 'Abrir la aplicación en este dispositivo',
  'enrolment.type': 'O escribe este secreto en la aplicación:',
  'enrolment.prove': 'Escribe el código que la aplicación muestra ahora.',
  'enrolment.codeHint': 'Seis cifras, nuevas cada 30 segundos.',
  'enrolment.button': 'Confirmar e iniciar sesión',

  'recovery.title': 'Guarda tus códigos de recuperación',
  'recovery.text':
    'Cada uno de estos códigos te deja entrar una vez si pierdes el teléfono. Solo se muestran ahora: anótalos o guárdalos donde guardas las contraseñas.',
  'recovery.kept': 'Los he guardado',

  'passkey.use': 'Usar una llave de acceso',
  'passkey.signIn': 'Iniciar sesión con una llave de acceso',
  'passkey.otherWay': 'Iniciar sesión de otra forma',
  'passkey.failed': 'No ha funcionado. Inténtalo de nuevo o elige otra forma.',
  'passkey.cannot': 'Este navegador no admite llaves de acceso, o JavaScript está desactivado.',
  'passkey.secondFactor':
    'Tu cuenta pide además una llave de acceso: tu huella, tu cara o el PIN de tu dispositivo.',
  'passkey.addTitle': '¿La próxima vez sin contraseña?',
  'passkey.addText':
    'Con una llave de acceso entras con tu huella, tu cara o el PIN de este dispositivo. No se puede adivinar y ninguna página falsa puede quitártela.',
  'passkey.add': 'Añadir una llave de acceso',
  'passkey.later': 'Ahora no',
  'passkey.addFailed': 'No se ha añadido ninguna llave de acceso. Inténtalo de nuevo o sigue sin ella.',

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

  'forgot.title': '¿Has olvidado tu contraseña?',
  'forgot.text': 'Indica tu dirección: si tiene una cuenta, enviaremos a ella un correo con un enlace.',
  'forgot.button': 'Enviar el correo',
  'forgot.done': 'Revisa tu correo',
  'forgot.doneText': 'Si hay una cuenta con esa dirección, ya va en camino un correo con un enlace.',
  'forgot.back': 'Volver al inicio de sesión',

  'reset.title': 'Elige una contraseña nueva',
  'reset.text': 'Para la cuenta {email}. Se cerrará la sesión en todos los dispositivos.',
  'reset.button': 'Guardar la contraseña',
  'reset.firstTitle': 'Elige una contraseña',
  'reset.firstText': 'Tu dirección {email} está confirmada. Elige una contraseña para tu cuenta.',
  'reset.done': 'Tu contraseña está guardada',
  'reset.doneText':
    'Inicia sesión con la contraseña nueva. Se ha cerrado la sesión en todos los dispositivos.',
  'reset.dead': 'Pide un correo nuevo desde la página de inicio de sesión.',

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
  'error.invalid_credentials': 'El correo electrónico o la contraseña no son correctos.',
  'error.second_factor_invalid': 'El código es incorrecto o ya se usó.',
  'error.passkey_invalid': 'Esta llave de acceso no fue aceptada. Inténtalo de nuevo.',
  'error.passkey_unknown':
    'Esta llave de acceso ya no pertenece a ninguna cuenta aquí. Usa otra, u otra forma.',
  'error.passkey_limit_reached': 'Tienes tantas llaves de acceso como se permiten.',
  'error.unauthenticated': 'Esta página no sabe quién eres. Empieza de nuevo.',
  'error.forbidden': 'No tienes permiso para hacer esto.',
  'error.cross_site_request': 'El formulario se envió desde otro sitio y fue rechazado.',
  'error.email_taken': 'Este correo electrónico ya está registrado.',
  'error.password_too_common': 'Esta contraseña es demasiado común o fácil de adivinar.',
  'error.challenge_invalid': 'El código es incorrecto, ya se usó o ha caducado.',
  'error.registration_closed': 'El registro está cerrado',
  'error.provider_not_found': 'Aquí nadie inicia sesión con este servicio.',
  'error.provider_unavailable': 'No se puede contactar con el otro servicio en este momento.',
  'error.federation_failed': 'La respuesta del otro servicio no se puede aceptar.',
  'error.federation_denied': 'El otro servicio no ha confirmado el inicio de sesión.',
  'error.email_unproven':
    'El otro servicio no responde de su dirección de correo. Cree primero una cuenta con la dirección; después podrá vincular las dos.',
  'error.linked_elsewhere': 'Esta cuenta del otro servicio ya pertenece aquí a otra persona.',
  'error.insufficient_user_authentication':
    'Su inicio de sesión es demasiado antiguo para esto. Cierre la sesión y empiece de nuevo.',
  'error.setup_complete': 'El primer administrador ya existe.',
  'error.overloaded': 'El servidor está ocupado. Inténtalo de nuevo en un momento.',
  'error.unavailable': 'El servicio no está disponible en este momento.',
  'error.internal_error': 'Algo ha fallado por nuestra parte.',
}
