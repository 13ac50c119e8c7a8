let destination: string | null = null
let signedOut: Promise<unknown> = Promise.resolve()

/** The destination of the sign-out that is about to happen; null: to sign-in and back here. `after`: what has to be over then. */
export function departTo(path: string | null, after: Promise<unknown> = Promise.resolve()): void {
  destination = path
  signedOut = after
}

/**
 * Leaves the application by a whole page load: nothing of the account stays in memory or behind the back button. Not
 * before the server knows of the sign-out: its next page would still know who was here.
 */
export async function depart(): Promise<void> {
  await signedOut
  const here = encodeURIComponent(location.pathname + location.search)
  location.replace(destination ?? `/sign-in?return_to=${here}`)
}
