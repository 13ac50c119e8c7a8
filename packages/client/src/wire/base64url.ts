export const toBase64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/={1,2}$/, '')

/** Returns the claims of a JSON Web Token, unverified; none for other texts. */
export function claimsIn<Claims>(token: string): Partial<Claims> {
  try {
    const payload = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')
    return (JSON.parse(atob(payload)) ?? {}) as Partial<Claims>
  } catch {
    return {}
  }
}
