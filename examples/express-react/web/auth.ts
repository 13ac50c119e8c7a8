import { account, createAuthClient, passkey, password } from '@latchkey/client'
import { createAuthReact } from '@latchkey/client/react'

/** The one client of this page; what it is and does is the same for every part of it. */
export const auth = createAuthClient({ methods: [password(), passkey(), account()] })

export const { RequireAuth, useAction, useAuth, useCan, useUser } = createAuthReact(auth)
