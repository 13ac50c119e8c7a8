import type { ProfileWords } from './en.ts'

export const ja: ProfileWords = {
  profile: {
    title: 'プロフィール',
    intro: 'アプリやほかの人に表示される名前です。',
    name: '名前',
    optional: '任意',
    saved: '名前を保存しました。',
    about: 'このアカウントについて',
    email: 'メールアドレス',
    language: '言語',
    since: 'アカウント作成日',
    change: '変更',
  },
}
