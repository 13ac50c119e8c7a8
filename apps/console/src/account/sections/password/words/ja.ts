import type { PasswordWords } from './en.ts'

export const ja: PasswordWords = {
  password: {
    title: 'パスワード',
    intro: '変更すると、ほかのすべての端末がログアウトされます。',
    current: '現在のパスワード',
    next: '新しいパスワード',
    hint: '8文字以上。単語をいくつか並べると、覚えやすく推測されにくくなります。',
    tooShort: '新しいパスワードは8文字以上にしてください。',
    change: 'パスワードを変更',
    changed: 'パスワードを変更しました。ほかの端末はすべてログアウトされました。',
    forgot: 'パスワードをお忘れですか？',
    stepUpText: 'この操作には、もう一度パスワードが必要です。',
    stepUpField: 'パスワード',
  },
}
