import { defineWords } from '../../../packages/server/src/index.ts'

export const words = defineWords({
  en: { title: 'Spoken word', factor: 'your spoken word', choose: 'Choose otter', forget: 'Forget it' },
  de: { title: 'Losung', factor: 'Ihre Losung', choose: 'Otter wählen', forget: 'Vergessen' },
  es: { title: 'Contraseña hablada', factor: 'su palabra', choose: 'Elegir otter', forget: 'Olvidarla' },
  fr: { title: 'Mot convenu', factor: 'votre mot', choose: 'Choisir otter', forget: 'Oublier' },
  ja: { title: '合言葉', factor: 'あなたの合言葉', choose: 'otter を選ぶ', forget: '忘れる' },
  pt: { title: 'Palavra falada', factor: 'a sua palavra', choose: 'Escolher otter', forget: 'Esquecer' },
})

export const refusals = defineWords({
  en: { factor_not_found: 'You have no spoken word.' },
  de: { factor_not_found: 'Sie haben keine Losung.' },
  es: { factor_not_found: 'No tiene ninguna palabra.' },
  fr: { factor_not_found: 'Vous n’avez aucun mot.' },
  ja: { factor_not_found: '合言葉はありません。' },
  pt: { factor_not_found: 'Você não tem nenhuma palavra.' },
})
