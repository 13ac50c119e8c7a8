export const toBase64url = (bytes: ArrayBuffer | Uint8Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/={1,2}$/, '')

/** The claims of a JSON Web Token, which nobody has verified; none of a token that is not one. */
export function claimsIn<Claims>(token: string): Partial<Claims> {
  try {
    const payload = token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/')
    return (JSON.parse(atob(payload)) ?? {}) as Partial<Claims>
  } catch {
    return {}
  }
}
