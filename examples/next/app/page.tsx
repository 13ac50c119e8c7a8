import { auth } from '../lib/auth'
import { Notes } from './notes'

/** What the server knows, it shows; the rest the browser finds out. */
export default async function Page() {
  const caller = await auth()
  return (
    <main>
      <h1>Notes</h1>
      {caller ? <p data-known={caller.sub}>The server knows who you are.</p> : <Notes />}
    </main>
  )
}
