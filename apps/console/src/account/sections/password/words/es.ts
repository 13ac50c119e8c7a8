import type { PasswordWords } from './en.ts'

export const es: PasswordWords = {
  password: {
    title: 'Contraseña',
    intro: 'Al cambiarla se cierra la sesión en tus demás dispositivos.',
    current: 'Contraseña actual',
    next: 'Contraseña nueva',
    hint: 'Al menos 8 caracteres. Varias palabras seguidas son fáciles de recordar y difíciles de adivinar.',
    tooShort: 'La contraseña nueva necesita al menos 8 caracteres.',
    change: 'Cambiar contraseña',
    changed: 'Has cambiado tu contraseña. Se ha cerrado la sesión en los demás dispositivos.',
    forgot: '¿Has olvidado tu contraseña?',
    stepUpText: 'Para esto te pedimos otra vez la contraseña.',
    stepUpField: 'Contraseña',
  },
}
