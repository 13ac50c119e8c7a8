const hidden = '[redacted]'

/**
 * Takes out of a text whatever looks like one of our tokens, a JWT, or a password in a URL.
 *
 * The last defence: nothing is to be logged that needs it.
 */
export const redact = (text: string): string =>
  text
    // lkr_ refresh tokens, lks_ session cookies, lkk_ API keys, and their kin. A cut one is as bad.
    .replaceAll(/lk[a-z]_[A-Za-z0-9_-]{6,}/g, (token) => token.slice(0, 4) + hidden)
    // JWS and JWE in compact form (RFC 7515 §7.1, RFC 7516 §7.1): base64url of an object begins with ey.
    .replaceAll(/ey[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}|eyJ[A-Za-z0-9_-]{16,}/g, hidden)
    .replaceAll(/(:\/\/)[^/\s"@:]*:[^/\s"@]*@/g, `$1${hidden}@`)
    .replaceAll(/([?&#](?:token|code|ticket)=)[^&#\s"]+/g, `$1${hidden}`)
