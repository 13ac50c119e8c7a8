import type { CodesWords } from './en.ts'

export const pt: CodesWords = {
  codes: {
    title: 'Telefone e códigos',
    intro: 'Códigos que enviamos a você, para provar que é você.',
    phoneTitle: 'Número de telefone',
    phoneText:
      'Códigos por SMS são melhores do que só uma senha. Uma chave de acesso ou um aplicativo autenticador é mais seguro: números podem ser roubados.',
    verified: 'Confirmado',
    smsFactor: 'Pedir um código por SMS quando eu entrar',
    add: 'Adicionar um número',
    change: 'Usar outro número',
    remove: 'Remover',
    removeTitle: 'Remover este número?',
    removeText: 'Nenhum código é mais enviado a ele, nem para entrar nem como segunda etapa.',
    added: 'O número foi adicionado.',
    removed: 'O número foi removido.',
    saved: 'Sua escolha foi salva.',
    number: 'Número de telefone',
    numberHint: 'Com o código do país, como +49 151 23456789.',
    send: 'Enviar o código',
    sent: (n: string) => `Um código está a caminho de ${n}.`,
    delayed:
      'As mensagens não estão chegando agora. Continuamos tentando; o código chega assim que for possível.',
    code: 'Código da mensagem',
    confirm: 'Confirmar',
    wrongNumber: 'Digite um número de telefone com o código do país, como +49 151 23456789.',
    wrongCode: 'O código está errado, já foi usado ou é antigo demais.',
    mailTitle: 'Códigos por e-mail',
    mailText:
      'Uma segunda etapa para quem não tem um telefone à mão. Ela detém quem sabe sua senha, não quem lê seu e-mail.',
    mailFactor: 'Pedir um código por e-mail quando eu entrar',
  },
}
