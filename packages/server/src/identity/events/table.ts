/**
 * Effect on the user's sessions. `this` is the session that the event names. `others` are all but that one, or all if
 * it names none.
 */
export type SessionsEffect = 'stay' | 'this ends' | 'others end' | 'all end'
/** Effect on access tokens issued before, including those of a session that stays. */
export type TokensEffect = 'stay' | 'refused'
export type TrustedBrowsersEffect = 'stay' | 'end'
export type ApiKeysEffect = 'stay' | 'end'
export type PendingCodesEffect = 'stay' | 'of this session die' | 'die'
export type PendingChangesEffect =
  | 'stay'
  | 'older requests die'
  | 'of this session die'
  | 'of other sessions die'
  | 'die'
export type RecoveryCodesEffect = 'stay' | 'go'
export type CredentialsEffect = 'stay' | 'factors go' | 'added since go' | 'go'
/** `reserved addresses`: the account's earlier addresses, while they can undo the change. */
export type Recipient = 'address' | 'old address' | 'new address' | 'reserved addresses'

/** Everything that an event ends. */
export interface Effects {
  sessions: SessionsEffect
  tokens: TokensEffect
  trustedBrowsers: TrustedBrowsersEffect
  apiKeys: ApiKeysEffect
  /** Links to reset and to sign in, codes, and tickets of sign-ins that wait for their second step. */
  pendingCodes: PendingCodesEffect
  /** A change of address, a link of a provider, an enrolment. */
  pendingChanges: PendingChangesEffect
  recoveryCodes: RecoveryCodesEffect
  /** Credentials of the methods: password, passkeys, phone, authenticator app, links of providers. */
  credentials: CredentialsEffect
}

type Row = readonly [
  title: string,
  reason: string,
  SessionsEffect,
  TokensEffect,
  TrustedBrowsersEffect,
  ApiKeysEffect,
  PendingCodesEffect,
  PendingChangesEffect,
  RecoveryCodesEffect,
  CredentialsEffect,
  tells: readonly Recipient[],
]

/*
 * The account's events, a row each. The second column is what ended sessions and keys give as their reason. Where a cell
 * says less than it could, the reason stands here:
 *
 * - The address is proven by the browser that made the account: nothing in it can be a stranger's.
 * - The mail that verifies an address outlives all this: it proves that very address and opens nothing.
 * - Links that undo a change of address outlive all this as well: they are the owner's way back.
 * - A number that is given out anew ends no session: it would be in the hands of whoever gets it.
 * - Keys that inherit roles lose what is taken from their owner by themselves.
 */
// oxfmt-ignore
const rows = {
  password_changed:         ['Password changed', 'password_changed',                         'others end', 'refused', 'end',  'end',  'die',  'die',  'stay', 'stay', ['address']],
  password_reset:           ['Password set by reset', 'password_reset',                      'all end',    'refused', 'end',  'end',  'die',  'die',  'stay', 'stay', ['address']],
  address_proven:           ['Address proven, by the browser that made the account', 'none', 'stay',       'stay',    'stay', 'stay', 'stay', 'stay', 'stay', 'stay', []],
  owner_arrived:            ['Address proven for the first time, elsewhere', 'owner_arrived', 'all end',   'refused', 'end',  'end',  'die',  'die',  'go',   'go',   ['address']],
  first_factor_added:       ['First second factor added', 'factors_changed',                 'others end', 'refused', 'end',  'stay', 'die',  'of other sessions die', 'go', 'stay', ['address']],
  factor_added:             ['Factor or passkey added', 'factors_changed',                   'others end', 'refused', 'end',  'stay', 'die',  'of other sessions die', 'stay', 'stay', ['address']],
  factor_removed:           ['Factor or passkey removed, replaced or turned off; number changed', 'factors_changed', 'others end', 'refused', 'end', 'stay', 'die', 'die', 'stay', 'stay', ['address']],
  last_factor_removed:      ['The last real factor removed or turned off', 'factors_changed', 'others end', 'refused', 'end', 'stay', 'die',  'die',  'go',   'stay', ['address']],
  number_taken:             ['Phone number proven by another account', 'none',               'stay',       'stay',    'end',  'stay', 'die',  'stay', 'stay', 'stay', ['address']],
  last_number_taken:        ['The same, and it was the last real factor', 'none',            'stay',       'stay',    'end',  'stay', 'die',  'stay', 'go',   'stay', ['address']],
  recovery_codes_made:      ['Recovery codes made anew', 'none',                             'stay',       'stay',    'stay', 'stay', 'stay', 'stay', 'go',   'stay', ['address']],
  address_change_asked:     ['Change of address asked for', 'none',                          'stay',       'stay',    'stay', 'stay', 'stay', 'older requests die', 'stay', 'stay', ['old address']],
  address_changed:          ['Change of address confirmed', 'email_changed',                 'others end', 'refused', 'end',  'stay', 'die',  'die',  'stay', 'stay', ['old address', 'new address']],
  address_change_undone:    ['Change of address undone', 'email_change_undone',              'all end',    'refused', 'end',  'end',  'die',  'die',  'go',   'added since go', ['old address', 'new address']],
  provider_linked:          ['Account at a provider linked', 'none',                         'stay',       'stay',    'stay', 'stay', 'stay', 'of other sessions die', 'stay', 'stay', ['address']],
  provider_unlinked:        ['Account at a provider unlinked', 'provider_unlinked',          'others end', 'refused', 'stay', 'stay', 'stay', 'of other sessions die', 'stay', 'stay', ['address']],
  api_key_made:             ['API key made or renewed', 'none',                              'stay',       'stay',    'stay', 'stay', 'stay', 'stay', 'stay', 'stay', ['address']],
  logged_out:               ['This session logged out', 'logout',                            'this ends',  'stay',    'stay', 'stay', 'of this session die', 'of this session die', 'stay', 'stay', []],
  session_ended:            ['A session ended by its owner in the list', 'ended_by_user',    'this ends',  'stay',    'stay', 'stay', 'of this session die', 'of this session die', 'stay', 'stay', []],
  session_replaced:         ['A session replaced by a sign-in in the same browser', 'replaced', 'this ends', 'stay',  'stay', 'stay', 'of this session die', 'of this session die', 'stay', 'stay', []],
  session_limit_reached:    ['More sessions than one user may have', 'limit',                'this ends',  'stay',    'stay', 'stay', 'of this session die', 'of this session die', 'stay', 'stay', []],
  others_logged_out:        ['Other sessions logged out', 'logout_others',                   'others end', 'refused', 'end',  'stay', 'die',  'die',  'stay', 'stay', []],
  all_logged_out:           ['All sessions logged out', 'logout_all',                        'all end',    'refused', 'end',  'stay', 'die',  'die',  'stay', 'stay', []],
  session_ended_by_admin:   ['A session ended by an administrator', 'ended_by_admin',        'this ends',  'stay',    'stay', 'stay', 'of this session die', 'of this session die', 'stay', 'stay', ['address']],
  sessions_ended_by_admin:  ['All sessions ended by an administrator', 'ended_by_admin',     'all end',    'refused', 'end',  'stay', 'die',  'die',  'stay', 'stay', ['address']],
  factors_reset:            ['Factors reset by an administrator', 'factors_reset',           'all end',    'refused', 'end',  'end',  'die',  'die',  'go',   'factors go', ['address']],
  address_changed_by_admin: ['Address changed by an administrator', 'email_changed',         'all end',    'refused', 'end',  'stay', 'die',  'die',  'stay', 'stay', ['old address']],
  roles_changed:            ['Roles changed by an administrator', 'none',                    'stay',       'refused', 'stay', 'stay', 'die',  'die',  'stay', 'stay', ['address']],
  disabled:                 ['Disabled', 'user_disabled',                                    'all end',    'refused', 'end',  'end',  'die',  'die',  'stay', 'stay', []],
  enabled:                  ['Enabled: nothing comes back', 'none',                          'stay',       'stay',    'stay', 'stay', 'stay', 'stay', 'stay', 'stay', []],
  deleted:                  ['Deleted', 'user_disabled',                                     'all end',    'refused', 'end',  'end',  'die',  'die',  'go',   'go',   ['address', 'reserved addresses']],
  reuse_detected:           ['Reuse of a replaced credential noticed', 'refresh_token_reused', 'this ends', 'stay',   'end',  'stay', 'of this session die', 'of this session die', 'stay', 'stay', ['address']],
} as const satisfies Record<string, Row>

export type AccountEvent = keyof typeof rows

/** Reason why a session or a key has ended. */
export type EndReason =
  | Exclude<(typeof rows)[AccountEvent][1], 'none'>
  | 'session_cookie_reused'
  | 'database_restored'
  /** The database had forgotten that it ended. */
  | 'ended_again'

/** Recipients of an event's mails. */
export type Told<Event extends AccountEvent> = (typeof rows)[Event][10][number]

export const accountEvents = Object.keys(rows) as AccountEvent[]

export interface EventRow extends Effects {
  title: string
  reason: EndReason | 'none'
  tells: readonly Recipient[]
}

export function rowOf(event: AccountEvent): EventRow {
  const [title, reason, sessions, tokens, trustedBrowsers, apiKeys, pendingCodes, ...rest] = rows[event]
  const [pendingChanges, recoveryCodes, credentials, tells] = rest
  const pending = { pendingCodes, pendingChanges }
  return {
    title,
    reason,
    sessions,
    tokens,
    trustedBrowsers,
    apiKeys,
    ...pending,
    recoveryCodes,
    credentials,
    tells,
  }
}
