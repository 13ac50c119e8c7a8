import { createVerifier, type Verifier } from '@latchkey/verify'
import { createNextAuth } from '@latchkey/verify/next'

const issuer = process.env['PUBLIC_URL'] ?? 'http://localhost:3000'
const latchkey = process.env['LATCHKEY_ORIGIN'] ?? 'http://localhost:4000'
/** An API key of a service account with the scope `introspect`; with it, sessions in cookies and API keys are known. */
const credential = process.env['LATCHKEY_CREDENTIAL']

// Next loads this module more than once, for pages, for routes and after every change of a file; one feed is enough.
const kept = globalThis as { latchkeyVerifier?: Verifier }

const verifier = (kept.latchkeyVerifier ??= createVerifier({
  issuer,
  audience: issuer,
  ...(credential !== undefined && { credential }),
  // The straight way, not through our own rewrites.
  fetch: (url, init) => fetch(url.replace(issuer, latchkey), { ...init, cache: 'no-store' }),
}))

export const { auth, protect, withAuth } = createNextAuth(verifier, {
  publicUrl: issuer,
  cookie: credential !== undefined,
})
