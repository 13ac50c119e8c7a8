import type { EmailWords } from './en.ts'

export const ja: EmailWords = {
  email: {
    title: 'メールアドレス',
    intro: 'ログインに使います。アカウントの安全に関するお知らせもこのアドレスに届きます。',
    verified: '確認済み',
    unverified: '未確認',
    confirmTitle: 'このアドレスを確認する',
    confirmIntro: 'お送りしたメールのリンクを開くか、メールにある6桁のコードを入力してください。',
    code: 'メールのコード',
    confirm: '確認する',
    sendAgain: 'メールを再送する',
    sent: '新しいメールを送りました。最新のコードだけが有効です。',
    confirmed: 'アドレスを確認しました。',
    changeTitle: '別のアドレスを使う',
    changeIntro: (current) =>
      `新しいアドレスにメールを送ります。そのリンクが開かれるまでは、${current} が有効です。`,
    newEmail: '新しいメールアドレス',
    change: '確認メールを送る',
    pendingTitle: 'あと一歩です',
    pending: (email) => `${email} に届いたメールのリンクを開いてください。有効期限は1時間です。`,
    pendingUndo: '現在のアドレスにもお知らせが届き、1週間は変更を取り消せます。',
    other: '別のアドレスにする',
    same: 'すでに使っているアドレスです。',
    changed: (email) => `アドレスは ${email} になりました。`,
  },
}
