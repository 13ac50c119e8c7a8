// The code that the pages of these tests run: the SDK alone.
import { attachAxios } from '@latchkey/client/axios'
import { dpop } from '@latchkey/client/dpop'
import { createAuthReact } from '@latchkey/client/react'
import { sessionCookie } from '@latchkey/client/session-cookie'
import * as client from '@latchkey/client'
import axios from 'axios'
import * as react from 'react'
import * as reactDom from 'react-dom/client'

const tools = { ...client, attachAxios, axios, dpop, createAuthReact, react, reactDom, sessionCookie }

export type Tools = typeof tools

declare global {
  interface Window {
    lk: Tools
  }
}

Object.assign(globalThis, { lk: tools })

// In a worker: signs in with what it is told, and answers what it could do with that.
if (typeof document === 'undefined') {
  addEventListener(
    'message',
    ({ data }: MessageEvent<{ email: string; password: string }>) => void work(data),
  )

  const work = async (input: { email: string; password: string }) => {
    const auth = client.createAuthClient({ methods: [client.password()] })
    const { error } = await auth.password.login(input)
    const answer = await auth.fetch('/api/auth/me')
    const me = (await answer.json()) as { email: string }
    const token = await auth.getAccessToken({ force: true })
    postMessage({ error, email: me.email, token })
  }
}
