import type { DevicesWords } from './en.ts'

export const ja: DevicesWords = {
  devices: {
    title: '端末',
    intro: 'ログイン中の端末です。心当たりのないものはログアウトさせ、パスワードを変更してください。',
    current: 'この端末',
    since: (when) => `ログイン：${when}`,
    bound: '固有の鍵に結び付いているため、ログイン情報を複製されても使えません',
    end: 'ログアウト',
    endNamed: (device) => `${device} をログアウト`,
    endTitle: (device) => `${device} をログアウトさせますか？`,
    endText: 'その端末では、もう一度ログインが必要になります。',
    ended: (device) => `${device} をログアウトさせました。`,
    endOthers: 'ほかのすべての端末をログアウト',
    endOthersTitle: 'ほかのすべての端末をログアウトさせますか？',
    endOthersText: 'この端末だけがログインしたままになります。',
    endedOthers: 'ほかのすべての端末をログアウトさせました。',
    alone: 'ログインしているのはこの端末だけです。',
  },
}
