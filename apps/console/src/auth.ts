import { account, apiKeys, createAuthClient, passkey, password, secondFactor } from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'
import { apiPath } from './page-settings.ts'

/** The one client of the page. */
export const auth = createAuthClient({
  baseURL: apiPath,
  methods: [password(), secondFactor(), passkey(), account(), apiKeys()],
})

export const { useAuth, useUser, useAction } = createAuthReact(auth)
