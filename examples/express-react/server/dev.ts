import { createLatchkey } from 'latchkey'
import { join } from 'node:path'
import { createServer } from 'vite'
import { createApp } from './app.ts'
import { openNotes } from './notes.ts'

const root = join(import.meta.dirname, '..')
const vite = await createServer({ configFile: join(root, 'vite.config.ts') })
// The browser talks to Vite, which passes on what is ours: links and cookies belong to its address.
const publicUrl = `http://localhost:${vite.config.server.port}`
const latchkey = await createLatchkey({ appName: 'Notes', publicUrl, port: 4000 })
const { dataFolder, host, port } = latchkey.config
const notes = openNotes(join(dataFolder, 'notes.sqlite'))

createApp(latchkey, notes, join(root, 'dist/web')).listen(port, host)
await vite.listen()
vite.printUrls()
