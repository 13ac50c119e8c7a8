/**
 * What a single-use token is good for; one made for one purpose is nothing to another. Beside it, what it is to the
 * account that it is about: a `code` lets somebody in, a `change` adds or replaces something; events of the account end
 * both. What is `lasting` ends with its account alone: the proof of an address, which opens nothing, and the links that
 * take an address back. `nobody's` are the ones of people who are not known yet.
 */
const purposes = {
  registration: "nobody's",
  'set-up': "nobody's",
  'passkey-login': "nobody's",
  'verify-email': 'lasting',
  'undo-email-change': 'lasting',
  'reset-password': 'code',
  'second-factor': 'code',
  'second-factor-enrolment': 'code',
  'step-up': 'code',
  'email-code': 'code',
  'magic-link': 'code',
  'sms-code': 'code',
  'change-email': 'change',
  'factor-enrolment': 'change',
  'passkey-registration': 'change',
  phone: 'change',
  federation: 'change',
  'federation-landing': 'change',
  'federation-link': 'change',
} as const

export type ChallengePurpose = keyof typeof purposes

/** The purposes of a kind. */
export const purposesOf = (kind: 'code' | 'change'): ChallengePurpose[] =>
  (Object.keys(purposes) as ChallengePurpose[]).filter((purpose) => purposes[purpose] === kind)
