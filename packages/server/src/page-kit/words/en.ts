/**
 * Every text of the pages. `{name}` is filled in; the other languages have the same keys and places. `error.<code>` is
 * the text for an error of the API's catalogue that several slices answer with; each slice has the texts of its own
 * errors. In headings a word joiner (U+2060) keeps `e-mail` on one line.
 */
export const en = {
  'footer.language': 'Language',
  'form.optional': 'optional',
  'form.notDone': 'Not done: {title}',
  'form.wait': 'Too many tries. Wait {time}, then send the form again.',

  'field.email': 'E-mail address',
  'field.name': 'Name',
  'field.password': 'Password',
  'field.newPassword': 'New password',
  'field.code': 'Code',
  'field.remember': 'Keep me signed in on this device',
  'field.trustDevice': 'Do not ask on this device again for some time',
  'hint.password': 'At least 8 characters. A few words in a row are easy to remember and hard to guess.',
  'hint.code': 'The 6 digits from the mail.',
  'fault.email': 'Enter an e-mail address such as ada@example.com.',
  'fault.name': 'Use up to 200 characters.',
  'fault.currentPassword': 'Enter your password.',
  'fault.newPassword': 'Use at least 8 characters, at most 1024.',
  'fault.code': 'Enter the 6 digits from the mail.',
  'fault.factorCode': 'Enter the code.',
  'reveal.show': 'Show',
  'reveal.hide': 'Hide',
  'reveal.showPassword': 'Show the password',
  'reveal.hidePassword': 'Hide the password',

  'signIn.title': 'Sign in',
  'signIn.button': 'Sign in',
  'signIn.noAccount': 'No account yet?',
  'options.last': 'You signed in this way last time.',
  'options.or': 'or',
  'signedIn.title': 'You are signed in',
  'signedIn.text': 'You are signed in as {email}.',
  'signedIn.continue': 'Continue',

  'signUp.title': 'Create an account',
  'signUp.button': 'Create account',
  'signUp.haveAccount': 'Already have an account?',
  'signUp.closed': 'Accounts are made by those who run this service. Ask them for one.',

  'field.phone': 'Phone number',
  'fault.phone': 'Enter a phone number with its country code, such as +49 151 23456789.',
  'fault.smsCode': 'Enter the 6 digits from the message.',

  'codes.send': 'Send the code',
  'codes.another': 'ask for another one',
  'delayed.other': 'Sign in another way',

  'delayed.mail': 'Mails do not get through right now. We keep trying.',
  'delayed.sms': 'Messages do not get through right now. We keep trying.',

  'undo.consequenceWithout':
    'Every device is signed out, and a mail that says how to sign in goes to this address.',
  'undo.doneWithout':
    'Every device has been signed out. A mail that says how to sign in is on its way to you.',

  'secondFactor.title': 'One more step',
  'secondFactor.text': 'Your account asks for a second proof: {factor}.',
  'secondFactor.askText': 'Your account asks for a second proof: {factor}. Have its code sent to you.',
  'secondFactor.ask': 'Send the code',
  'secondFactor.button': 'Continue',
  'secondFactor.other': 'Or use',
  'secondFactor.deadTitle': 'Sign in again',
  'secondFactor.dead': 'This sign-in took too long, or was tried too often.',

  'enrolment.title': 'Set up a second step',
  'enrolment.text':
    'Your account must have a second proof beside the first: {factor}. You need an authenticator app on your phone; most password managers have one as well.',
  'enrolment.begin': 'Set up',
  'enrolment.button': 'Confirm and sign in',

  'recovery.title': 'Keep your recovery codes',
  'recovery.text':
    'Each of these codes lets you in once if you lose your phone. They are shown only now: write them down, or keep them where passwords are kept.',
  'recovery.kept': 'I have kept them',

  'code.title': 'Check your mail',
  'code.text': 'We have sent you a mail with a code. Enter it within {time}, or open the link in the mail.',
  'code.button': 'Confirm',
  'code.again': 'No mail? Look into your spam folder, or',
  'code.startAgain': 'start again',

  'verify.title': 'Confirm your e-\u2060mail address',
  'verify.text': 'Is {email} your address? Then press the button.',
  'verify.button': 'Confirm address',
  'verify.done': 'Your address is confirmed',
  'verify.doneText': 'You can close this page, or sign in.',
  'verify.dead': 'Ask for a new mail where you signed up.',

  'changeEmail.title': 'Confirm your new e-\u2060mail address',
  'changeEmail.text': 'From now on {email} is the address of your account.',
  'changeEmail.button': 'Use this address',
  'changeEmail.done': 'Your new address counts',
  'changeEmail.doneText': 'The old one has been told, and can take this back for a week.',
  'changeEmail.dead': 'Ask for the change again in your account.',

  'undo.title': 'Take your old e-\u2060mail address back',
  'undo.text': '{email} becomes the address of your account again.',
  'undo.consequence': 'Every device is signed out, and a mail to set a new password goes to this address.',
  'undo.button': 'Take it back',
  'undo.done': 'Your old address counts again',
  'undo.doneText': 'Every device has been signed out. A mail to set a new password is on its way to you.',
  'undo.dead': 'If you did not change your address yourself, ask those who run this service for help.',

  'setup.title': 'Create the first administrator',
  'setup.text': 'This account may do everything. Others can be made by it later.',
  'setup.button': 'Create administrator',
  'setup.done': 'The administrator exists',
  'setup.next': 'You are signed in on this browser. What next:',
  'setup.reference': 'Read what the API can do in the {reference}.',
  'setup.referenceName': 'reference',
  'setup.register': 'Register a user of your own: {command}.',
  'setup.settings': 'Before others use it, set {settings}.',
  'setup.dead': 'Where there is no administrator yet, a restart of the server prints a new link.',

  'signOut.title': 'Sign out?',
  'signOut.button': 'Sign out',
  'signOut.done': 'You are signed out',
  'signOut.doneText': 'On this browser. Other devices stay signed in.',

  'dead.title': 'This link does not work any more',
  'dead.text': 'It was used, is too old, or is not complete.',

  'errorPage.title': 'This did not work',
  'errorPage.again': 'Go back and try again.',
  'errorPage.notYou': 'Nothing is wrong with what you did. Try again in a moment.',
  'errorPage.requestId': 'Should you ask somebody for help, give them this number: {id}',
  'error.invalid_input': 'Something in the form needs your attention.',
  'error.invalid_form': 'The form did not arrive as it left this page.',
  'error.unsupported_media_type': 'The form was sent in a way that this page does not read.',
  'error.body_too_large': 'The form is larger than 64 KiB.',
  'error.not_found': 'There is nothing here.',
  'error.second_factor_invalid': 'The code is wrong or was used already.',
  'error.unauthenticated': 'This page does not know who you are. Start again.',
  'error.forbidden': 'You are not allowed to do this.',
  'error.cross_site_request': 'The form was sent from another site, and was refused.',
  'error.email_taken': 'This e-mail address is already registered.',
  'error.challenge_invalid': 'The code is wrong, used or too old.',
  'error.registration_closed': 'Registration is closed',
  'error.insufficient_user_authentication':
    'Your sign-in is too long ago for this. Sign out, and begin again.',
  'error.setup_complete': 'The first administrator already exists.',
  'error.overloaded': 'The server is busy. Try again in a moment.',
  'error.unavailable': 'The service is not available right now.',
  'error.internal_error': 'Something went wrong on our side.',
} as const

export type MessageKey = keyof typeof en

/** A language's texts: each key, no other. */
export type Messages = Readonly<Record<MessageKey, string>>
