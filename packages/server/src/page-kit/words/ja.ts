import type { Messages } from './en.ts'

export const ja: Messages = {
  'footer.language': '言語',
  'form.optional': '任意',
  'form.notDone': '完了していません：{title}',
  'form.wait': '試行回数が多すぎます。{time}待ってから、もう一度送信してください。',

  'field.email': 'メールアドレス',
  'field.name': '名前',
  'field.password': 'パスワード',
  'field.newPassword': '新しいパスワード',
  'field.code': 'コード',
  'field.remember': 'この端末でログイン状態を保持する',
  'field.trustDevice': 'この端末では当面確認しない',
  'hint.password': '8文字以上。いくつかの単語を並べると、覚えやすく推測されにくくなります。',
  'hint.code': 'メールに記載された6桁の数字です。',
  'fault.email': 'ada@example.com のような形式のメールアドレスを入力してください。',
  'fault.name': '200文字以内で入力してください。',
  'fault.currentPassword': 'パスワードを入力してください。',
  'fault.newPassword': '8文字以上、1024文字以内で入力してください。',
  'fault.code': 'メールに記載された6桁の数字を入力してください。',
  'fault.factorCode': 'コードを入力してください。',
  'reveal.show': '表示',
  'reveal.hide': '隠す',
  'reveal.showPassword': 'パスワードを表示する',
  'reveal.hidePassword': 'パスワードを隠す',

  'signIn.title': 'ログイン',
  'signIn.button': 'ログイン',
  'signIn.noAccount': 'アカウントをお持ちでない場合',
  'options.last': '前回はこの方法でサインインしました。',
  'options.or': 'または',
  'signedIn.title': 'ログインしています',
  'signedIn.text': '{email} としてログインしています。',
  'signedIn.continue': '続ける',

  'signUp.title': 'アカウントを作成',
  'signUp.button': 'アカウントを作成',
  'signUp.haveAccount': 'すでにアカウントをお持ちの場合',
  'signUp.closed': 'アカウントはこのサービスの運営者が作成します。運営者にお問い合わせください。',

  'field.phone': '電話番号',
  'fault.phone': '国番号から電話番号を入力してください（例: +49 151 23456789）。',
  'fault.smsCode': 'メッセージにある 6 桁の数字を入力してください。',

  'codes.send': 'コードを送信',
  'codes.another': 'もう一度送信する',
  'delayed.other': '別の方法でサインイン',

  'delayed.mail': '現在、メールが届きにくくなっています。送信を続けています。',
  'delayed.sms': '現在、メッセージが届きにくくなっています。送信を続けています。',

  'undo.consequenceWithout':
    'すべての端末がサインアウトされ、サインインの方法を伝えるメールがこのアドレスに送られます。',
  'undo.doneWithout':
    'すべての端末がサインアウトされました。サインインの方法を伝えるメールを送信しています。',

  'secondFactor.title': 'あと一歩です',
  'secondFactor.text': 'このアカウントには 2 つ目の確認が必要です：{factor}',
  'secondFactor.askText': 'このアカウントには 2 つ目の確認が必要です：{factor}。コードを受け取ってください。',
  'secondFactor.ask': 'コードを送信',
  'secondFactor.button': '続ける',
  'secondFactor.other': '別の方法：',
  'secondFactor.deadTitle': 'もう一度サインインしてください',
  'secondFactor.dead': 'サインインに時間がかかりすぎたか、試行回数が多すぎます。',

  'enrolment.title': '2 段階目の設定',
  'enrolment.text':
    'このアカウントには 2 つ目の確認が必要です：{factor}。スマートフォンの認証アプリをご用意ください。多くのパスワード管理アプリにもこの機能があります。',
  'enrolment.begin': '設定する',
  'enrolment.button': '確認してサインイン',

  'recovery.title': 'リカバリーコードを保管してください',
  'recovery.text':
    'スマートフォンをなくしたとき、各コードで 1 回だけサインインできます。表示されるのは今だけです。書き留めるか、パスワードと同じ場所に保管してください。',
  'recovery.kept': '保管しました',

  'code.title': 'メールをご確認ください',
  'code.text':
    'コードを記載したメールをお送りしました。{time}以内にコードを入力するか、メールのリンクを開いてください。',
  'code.button': '確認する',
  'code.again': 'メールが届かない場合は、迷惑メールフォルダを確認するか、',
  'code.startAgain': '最初からやり直してください',

  'verify.title': 'メールアドレスの確認',
  'verify.text': '{email} はあなたのアドレスですか？よろしければボタンを押してください。',
  'verify.button': 'アドレスを確認する',
  'verify.done': 'メールアドレスを確認しました',
  'verify.doneText': 'このページを閉じるか、ログインしてください。',
  'verify.dead': '登録したページで、新しいメールを請求してください。',

  'changeEmail.title': '新しいメールアドレスの確認',
  'changeEmail.text': '今後は {email} がアカウントのアドレスになります。',
  'changeEmail.button': 'このアドレスを使う',
  'changeEmail.done': '新しいアドレスに変更しました',
  'changeEmail.doneText':
    '以前のアドレスにお知らせしました。1週間は以前のアドレスから取り消すことができます。',
  'changeEmail.dead': 'アカウントのページで、もう一度変更を申請してください。',

  'undo.title': '以前のメールアドレスに戻す',
  'undo.text': '{email} がふたたびアカウントのアドレスになります。',
  'undo.consequence':
    'すべての端末からログアウトされ、新しいパスワードを設定するためのメールがこのアドレスに届きます。',
  'undo.button': '元に戻す',
  'undo.done': '以前のアドレスに戻しました',
  'undo.doneText':
    'すべての端末からログアウトしました。新しいパスワードを設定するためのメールをお送りします。',
  'undo.dead': 'ご自身でアドレスを変更していない場合は、このサービスの運営者にご相談ください。',

  'setup.title': '最初の管理者を作成',
  'setup.text': 'このアカウントはすべての操作ができます。ほかのアカウントは後から作成できます。',
  'setup.button': '管理者を作成',
  'setup.done': '管理者を作成しました',
  'setup.next': 'このブラウザでログインしています。次にできること：',
  'setup.reference': 'API でできることを{reference}で読む。',
  'setup.referenceName': 'リファレンス',
  'setup.register': 'ユーザーを登録する：{command}',
  'setup.settings': 'ほかの人が使い始める前に {settings} を設定する。',
  'setup.dead': '管理者がいない間は、サーバーを再起動すると新しいリンクが表示されます。',

  'signOut.title': 'ログアウトしますか？',
  'signOut.button': 'ログアウト',
  'signOut.done': 'ログアウトしました',
  'signOut.doneText': 'このブラウザからログアウトしました。ほかの端末はログインしたままです。',

  'dead.title': 'このリンクは使えなくなっています',
  'dead.text': 'すでに使用済みか、期限が切れているか、途中で切れています。',

  'errorPage.title': '処理できませんでした',
  'errorPage.again': '前のページに戻って、もう一度お試しください。',
  'errorPage.notYou': '操作に問題はありません。しばらくしてからもう一度お試しください。',
  'errorPage.requestId': 'お問い合わせの際は、次の番号をお伝えください：{id}',
  'error.invalid_input': '入力内容をご確認ください。',
  'error.invalid_form': 'フォームの内容が正しく届きませんでした。',
  'error.unsupported_media_type': 'このページでは読み取れない形式で送信されました。',
  'error.body_too_large': 'フォームの内容が 64 KiB を超えています。',
  'error.not_found': 'ここには何もありません。',
  'error.second_factor_invalid': 'コードが正しくないか、すでに使われています。',
  'error.unauthenticated': 'どなたの操作か確認できません。最初からやり直してください。',
  'error.forbidden': 'この操作は許可されていません。',
  'error.cross_site_request': 'ほかのサイトから送信されたため、受け付けませんでした。',
  'error.email_taken': 'このメールアドレスはすでに登録されています。',
  'error.challenge_invalid': 'コードが間違っているか、使用済みか、期限切れです。',
  'error.registration_closed': '新規登録は受け付けていません',
  'error.insufficient_user_authentication':
    'ログインから時間が経ちすぎています。一度ログアウトして、やり直してください。',
  'error.setup_complete': '最初の管理者はすでに存在します。',
  'error.overloaded': 'サーバーが混み合っています。しばらくしてからもう一度お試しください。',
  'error.unavailable': '現在サービスを利用できません。',
  'error.internal_error': 'サーバー側で問題が発生しました。',
}
