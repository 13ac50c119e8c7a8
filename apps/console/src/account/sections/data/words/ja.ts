import type { DataWords } from './en.ts'

export const ja: DataWords = {
  data: {
    title: 'データ',
    intro: 'データの持ち出しと、アカウントの削除ができます。',
    exportTitle: 'データをダウンロード',
    exportText:
      'プロフィール、端末、すべての履歴をJSONファイルで保存します。ログインに使える情報は含まれません。',
    export: 'ダウンロード',
    exported: 'データをダウンロードしました。',
    deleteTitle: 'アカウントを削除',
    deleteText: 'アカウントとその内容はすぐに消え、誰にも元に戻せません。',
    delete: 'アカウントを削除…',
    confirmTitle: 'このアカウントを完全に削除しますか？',
    confirmText: 'プロフィール、端末、履歴が削除されます。元に戻すことはできません。',
    typeEmail: (email) => `確認のため ${email} と入力してください`,
    notTheEmail: 'このアカウントのアドレスではありません。',
    confirm: '完全に削除する',
  },
}
