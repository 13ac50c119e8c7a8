import { createLatchkey } from 'latchkey'
import { createApp } from './app.ts'

/** `/sign-in` starts cookie sessions, and leads home. */
const latchkey = await createLatchkey({ appName: 'Notes', pagesSession: 'cookie', afterSignIn: '/' })
const { host, port, publicUrl } = latchkey.config

const server = createApp(latchkey).listen(port, host, () => {
  console.log(
    `Notes at ${publicUrl}, mails at ${publicUrl}/dev/mail, the API of Latchkey at ${publicUrl}/docs`,
  )
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    latchkey.drain()
    server.close(() => void latchkey.close())
    server.closeIdleConnections()
  })
}
