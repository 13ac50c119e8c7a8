import {
  account,
  apiKeys,
  createAuthClient,
  emailCode,
  federation,
  passkey,
  password,
  phone,
  recoveryCodes,
  secondFactor,
  totp,
} from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'
import { sessionCookie } from '@latchkey/client/session-cookie'
import { apiPath, sessionKind } from './page-settings.ts'

/** The one client of the page. */
export const auth = createAuthClient({
  baseURL: apiPath,
  transport: sessionKind === 'cookie' ? sessionCookie() : 'cookie',
  methods: [
    password(),
    passkey(),
    emailCode(),
    phone(),
    federation(),
    secondFactor(),
    totp(),
    recoveryCodes(),
    account(),
    apiKeys(),
  ],
})

export const { useAuth, useUser, useAction } = createAuthReact(auth)
