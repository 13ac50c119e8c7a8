import type { DataWords } from './en.ts'

export const pt: DataWords = {
  data: {
    title: 'Seus dados',
    intro: 'Leve-os com você, ou despeça-se.',
    exportTitle: 'Baixar seus dados',
    exportText:
      'Perfil, dispositivos e toda a atividade em um arquivo JSON. Ele não contém nada que permita entrar na conta.',
    export: 'Baixar',
    exported: 'Seus dados foram baixados.',
    deleteTitle: 'Excluir a conta',
    deleteText: 'A conta e tudo o que há nela somem na hora, e ninguém pode recuperá-los.',
    delete: 'Excluir conta…',
    confirmTitle: 'Excluir esta conta para sempre?',
    confirmText: 'Perfil, dispositivos e atividade são excluídos. Não há volta.',
    typeEmail: (email) => `Digite ${email} para confirmar`,
    notTheEmail: 'Esse não é o endereço da conta.',
    confirm: 'Excluir para sempre',
  },
}
