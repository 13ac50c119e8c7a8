import type { PasswordWords } from './en.ts'

export const pt: PasswordWords = {
  password: {
    title: 'Senha',
    intro: 'Ao alterá-la, todos os seus outros dispositivos são desconectados.',
    current: 'Senha atual',
    next: 'Nova senha',
    hint: 'Pelo menos 8 caracteres. Várias palavras seguidas são fáceis de lembrar e difíceis de adivinhar.',
    tooShort: 'A nova senha precisa de pelo menos 8 caracteres.',
    change: 'Alterar senha',
    changed: 'Sua senha foi alterada. Todos os outros dispositivos foram desconectados.',
    forgot: 'Esqueceu a senha?',
    stepUpText: 'Para isso, pedimos sua senha mais uma vez.',
    stepUpField: 'Senha',
  },
}
