import { auth } from '../lib/auth'
import { Notes } from './notes'

/** The server renders what it knows; the browser finds out the rest. */
export default async function Page() {
  const caller = await auth()
  return (
    <main>
      <h1>Notes</h1>
      {caller ? <p data-known={caller.sub}>The server knows who you are.</p> : <Notes />}
    </main>
  )
}
