import { createLatchkey } from 'latchkey'
import { join } from 'node:path'
import { createApp } from './app.ts'
import { openNotes } from './notes.ts'

const latchkey = await createLatchkey({ appName: 'Notes' })
const { dataFolder, host, port, publicUrl } = latchkey.config
const notes = openNotes(join(dataFolder, 'notes.sqlite'))
const app = createApp(latchkey, notes, join(import.meta.dirname, '../dist/web'))

const server = app.listen(port, host, () => {
  console.log(
    `Notes at ${publicUrl}, mails at ${publicUrl}/dev/mail, the API of Latchkey at ${publicUrl}/docs`,
  )
})
const setUp = await latchkey.setUpLink()
if (setUp) console.log(`The first administrator is made at ${setUp}`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    latchkey.drain()
    server.close(() => {
      notes.close()
      void latchkey.close()
    })
    server.closeIdleConnections()
  })
}
