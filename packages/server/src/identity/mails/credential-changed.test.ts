import { expect, test } from 'vitest'
import { type CredentialNotice, credentialChanged } from './credential-changed.ts'

const takeBack = 'take it back and look at your devices'
const askThem = 'ask an administrator'
const signIn = 'Sign in again and look at your account'

test.each<[CredentialNotice, string]>([
  ['recovery_codes_made', takeBack],
  ['address_changed', takeBack],
  ['factors_reset', askThem],
  ['roles_changed', askThem],
  ['session_ended', askThem],
  ['sessions_ended', askThem],
  ['owner_arrived', signIn],
  ['address_change_undone', signIn],
])('%s closes with what its reader can do', (notice, closing) => {
  const about = { to: 'ada@example.com', appName: 'Acme', name: null, ip: null, accountLink: 'https://x' }
  const { text } = credentialChanged({ ...about, notice, at: 0 })
  expect([takeBack, askThem, signIn].filter((each) => text.includes(each))).toEqual([closing])
})
