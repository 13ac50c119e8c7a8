/**
 * The purposes of single-use tokens; a token for one purpose is not valid for another. The value says how a token
 * relates to its account: a `code` signs somebody in, a `change` adds or replaces something; events of the account end
 * both. A `lasting` token ends only with its account: the verification of an address, which opens nothing, and the
 * links that take an address back. `nobody's` belong to people who are not known yet.
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
