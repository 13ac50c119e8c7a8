import { account, apiKeys, createAuthClient, federation, password } from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'
import { apiPath } from './page-settings.ts'

/** The one client of the page. */
export const auth = createAuthClient({
  baseURL: apiPath,
  methods: [password(), account(), apiKeys(), federation()],
})

export const { useAuth, useUser, useAction } = createAuthReact(auth)
