import { ja as base } from '../../base/words/ja.ts'
import { ja as activity } from '../sections/activity/words/ja.ts'
import { ja as apiKeys } from '../sections/api-keys/words/ja.ts'
import { ja as appearance } from '../sections/appearance/words/ja.ts'
import { ja as codes } from '../sections/codes/words/ja.ts'
import { ja as data } from '../sections/data/words/ja.ts'
import { ja as devices } from '../sections/devices/words/ja.ts'
import { ja as email } from '../sections/email/words/ja.ts'
import { ja as linkedAccounts } from '../sections/linked-accounts/words/ja.ts'
import { ja as passkeys } from '../sections/passkeys/words/ja.ts'
import { ja as password } from '../sections/password/words/ja.ts'
import { ja as profile } from '../sections/profile/words/ja.ts'
import { ja as secondFactors } from '../sections/second-factors/words/ja.ts'
import type { AccountWords } from './en.ts'

export const ja: AccountWords = {
  ...base,
  ...profile,
  ...email,
  ...password,
  ...passkeys,
  ...codes,
  ...secondFactors,
  ...linkedAccounts,
  ...devices,
  ...apiKeys,
  ...activity,
  ...appearance,
  ...data,
  shell: {
    account: 'アカウント',
    skip: '本文へ移動',
    sections: '項目',
    menu: 'メニュー',
    signingIn: 'ログインページへ移動しています…',
    notFound: 'このアドレスには何もありません。',
    toProfile: 'プロフィールへ',
    offline: '接続できません。表示内容が最新でない可能性があります。接続が戻ると自動で更新されます。',
    insecure: 'このページには安全な接続が必要です。httpsのアドレスで開いてください。',
  },
  goodbye: {
    title: 'アカウントを削除しました',
    text: 'すべての内容を削除し、すべての端末をログアウトさせました。確認のメールをお送りします。ご利用ありがとうございました。',
    again: '新しいアカウントを作成',
  },
}
