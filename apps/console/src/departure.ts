let destination: string | null = null

/** Where the sign-out that is about to happen leads; null: to sign-in and back here. */
export function departTo(path: string | null): void {
  destination = path
}

/** Leaves the application by a whole page load: nothing of the account stays in memory or behind the back button. */
export function depart(): void {
  const here = encodeURIComponent(location.pathname + location.search)
  location.replace(destination ?? `/sign-in?return_to=${here}`)
}
