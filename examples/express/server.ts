import { createLatchkey } from 'latchkey'
import { createApp } from './app.ts'

const latchkey = await createLatchkey({ appName: 'Notes' })
const { port, publicUrl } = latchkey.config

const server = createApp(latchkey).listen(port, () => {
  console.log(`Notes at ${publicUrl}/notes, reference at ${publicUrl}/docs, mails at ${publicUrl}/dev/mail`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    latchkey.drain()
    server.close(() => void latchkey.close())
    server.closeIdleConnections()
  })
}
