import type { AppearanceWords } from './en.ts'

export const ja: AppearanceWords = {
  appearance: {
    title: '言語とテーマ',
    intro: '言語はアカウントに、テーマはこのブラウザーに保存されます。',
    language: '言語',
    languageHint: 'ここでもログインページでも、すぐに反映されます。',
    languageSaved: '言語を保存しました。',
    theme: 'テーマ',
    system: '端末の設定に合わせる',
    light: 'ライト',
    dark: 'ダーク',
    themeSaved: 'テーマを保存しました。',
  },
}
