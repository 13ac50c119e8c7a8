import type { EmailWords } from './en.ts'

export const pt: EmailWords = {
  email: {
    title: 'Endereço de e-mail',
    intro: 'Você entra com ele, e é para ele que escrevemos sobre a segurança da sua conta.',
    verified: 'Confirmado',
    unverified: 'Ainda não confirmado',
    confirmTitle: 'Confirme este endereço',
    confirmIntro: 'Abra o link do e-mail que enviamos ou digite aqui o código de seis dígitos.',
    code: 'Código do e-mail',
    confirm: 'Confirmar',
    sendAgain: 'Enviar o e-mail de novo',
    sent: 'Um novo e-mail está a caminho. Só vale o código mais recente.',
    confirmed: 'Seu endereço foi confirmado.',
    changeTitle: 'Usar outro endereço',
    changeIntro: (current) =>
      `Enviamos um e-mail para o novo endereço. Até que o link seja aberto, continua valendo ${current}.`,
    newEmail: 'Novo endereço de e-mail',
    change: 'Enviar confirmação',
    pendingTitle: 'Falta um passo',
    pending: (email) => `Abra o link do e-mail enviado para ${email}. Ele vale por uma hora.`,
    pendingUndo: 'Seu endereço atual é avisado e pode desfazer a alteração durante uma semana.',
    other: 'Usar um endereço diferente',
    same: 'Esse já é o seu endereço.',
    changed: (email) => `Seu endereço agora é ${email}.`,
  },
}
