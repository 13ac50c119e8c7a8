'use client'
import { account, createAuthClient, password } from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'

// The module also runs on the server, where there is no address to be relative to.
const origin = typeof location === 'object' ? location.origin : 'http://localhost:3000'

export const client = createAuthClient({
  baseURL: `${origin}/api/auth`,
  methods: [password(), account()],
})
export const { AuthProvider, RequireAuth } = createAuthReact(client)
