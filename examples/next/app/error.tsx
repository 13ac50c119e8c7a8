'use client'

/** Also where nobody can tell just now who is asking. */
export default function Failed() {
  return <p>Something is out of order. Try again in a moment.</p>
}
