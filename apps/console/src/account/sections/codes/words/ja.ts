import type { CodesWords } from './en.ts'

export const ja: CodesWords = {
  codes: {
    title: '電話番号とコード',
    intro: 'ご本人であることを示すために送られるコードです。',
    phoneTitle: '電話番号',
    phoneText:
      'SMS のコードはパスワードだけより安全です。パスキーや認証アプリはさらに安全です。電話番号は盗まれることがあります。',
    verified: '確認済み',
    smsFactor: 'サインイン時に SMS のコードを求める',
    add: '番号を追加',
    change: '別の番号を使う',
    remove: '削除',
    removeTitle: 'この番号を削除しますか。',
    removeText: 'サインインにも 2 つ目の確認にも、この番号にはコードが送られなくなります。',
    added: '番号が追加されました。',
    removed: '番号が削除されました。',
    saved: '選択が保存されました。',
    number: '電話番号',
    numberHint: '国番号から入力してください（例: +49 151 23456789）。',
    send: 'コードを送信',
    sent: (n: string) => `${n} にコードを送信しています。`,
    delayed: '現在、メッセージが届きにくくなっています。送信を続けています。届き次第コードが送られます。',
    code: 'メッセージのコード',
    confirm: '確認',
    wrongNumber: '国番号から電話番号を入力してください（例: +49 151 23456789）。',
    wrongCode: 'コードが間違っているか、使用済みか、古すぎます。',
    mailTitle: 'メールのコード',
    mailText:
      '電話が手元にない方のための 2 つ目の確認です。パスワードを知る人は防げますが、メールを読む人は防げません。',
    mailFactor: 'サインイン時にメールのコードを求める',
  },
}
