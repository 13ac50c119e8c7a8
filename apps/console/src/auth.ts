import {
  account,
  apiKeys,
  createAuthClient,
  password,
  recoveryCodes,
  secondFactor,
  totp,
} from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'
import { apiPath } from './page-settings.ts'

/** The one client of the page. */
export const auth = createAuthClient({
  baseURL: apiPath,
  methods: [password(), secondFactor(), totp(), recoveryCodes(), account(), apiKeys()],
})

export const { useAuth, useUser, useAction } = createAuthReact(auth)
