import { protect } from '../../lib/auth'

/** A server action is an endpoint of its own: it guards itself, whatever the page around it does. */
async function greet(): Promise<void> {
  'use server'
  const { sub } = await protect()
  console.log(`greeted ${sub}`)
}

export default function Page() {
  return (
    <form action={greet}>
      <button>Greet</button>
    </form>
  )
}
