import type { PasskeysWords } from './en.ts'

export const ja: PasskeysWords = {
  passkeys: {
    title: 'パスキー',
    intro:
      '指紋、顔、または端末の PIN でログインできます。覚えるものも入力するものもなく、偽のページに盗まれるものもありません。',
    empty: 'パスキーはまだありません。',
    unsupported: 'このブラウザーではパスキーを使えません。',
    add: 'パスキーを追加',
    added: (name) => `${name} を追加しました。`,
    synced: '同期済み',
    syncable: '同期できます',
    device: 'この端末のみ',
    suspected: '複製の疑い',
    suspectedText:
      'カウンターが戻りました。同じものが二つあるかもしれません。削除して、新しく作成してください。',
    created: (when) => `${when}に追加`,
    used: (when) => `最終使用：${when}`,
    unused: '未使用',
    rename: '名前を変更',
    renameNamed: (name) => `${name} の名前を変更`,
    renameTitle: (name) => `${name} の新しい名前`,
    name: '名前',
    nameMissing: 'パスキーに名前を付けてください。',
    renamed: (name) => `名前を ${name} に変更しました。`,
    remove: '削除',
    removeNamed: (name) => `${name} を削除`,
    removeTitle: (name) => `${name} を削除しますか？`,
    removeText: 'このパスキーではログインできなくなり、ほかの端末はすべてログアウトされます。',
    removed: (name) => `${name} を削除しました。`,
    askTitle: 'パスワードの後に',
    askText:
      'パスワードでのログイン時に、パスキーも求めるようにします。いつも手元にあるパスキーを用意するか、二つ登録しておいてください。',
    ask: 'パスキーを求める',
    doNotAsk: '求めない',
    asked: '今後はパスワードだけではログインできません。',
    notAsked: '今後はパスワードだけでログインできます。',
    stepUpText: 'パスキーで確認してください。',
    stepUp: 'パスキーを使う',
  },
}
