import type { Flow } from './flow-picture.ts'

/** The pictures of docs/ways-to-authenticate.md, by the name of their file in docs/flows. */
export const flows = {
  'cookie-session': {
    title: 'A cookie session',
    description:
      'The browser signs in and gets one opaque cookie. Each request brings it, and the server looks its row up.',
    actors: ['Browser', 'Your site with Latchkey', 'Database'],
    steps: [
      { from: 0, to: 1, says: 'POST /sign-in: address and password, as a form' },
      { from: 1, to: 2, says: 'a new row: hash of the secret, limits' },
      { from: 1, to: 0, says: 'one cookie, HttpOnly; it says nothing', isAnswer: true },
      { chapter: 'each request' },
      { from: 0, to: 1, says: 'GET /notes with the cookie' },
      { from: 1, to: 2, says: 'who is this? (kept for five seconds)' },
      { from: 1, to: 0, says: 'the page', isAnswer: true },
    ],
  },
  'stateless-jwt': {
    title: 'A token that is verified without asking',
    description:
      'A service fetches the public keys and follows the revocation feed; each token is checked in its own process.',
    actors: ['Client', 'Your service', 'Latchkey'],
    steps: [
      { from: 1, to: 2, says: 'public keys, and the feed of what was revoked' },
      { chapter: 'each request' },
      { from: 0, to: 1, says: 'Authorization: Bearer eyJ…' },
      { at: 1, does: 'signature, type, issuer, audience, expiry, not revoked: nobody is asked' },
      { from: 1, to: 0, says: 'the answer', isAnswer: true },
    ],
  },
  refresh: {
    title: 'Access and refresh tokens',
    description:
      'A short access token goes to services; the refresh token is replaced each time it is used, and a retry gets the same successor.',
    actors: ['Client', 'Latchkey', 'Your service'],
    steps: [
      { from: 0, to: 1, says: 'sign in' },
      { from: 1, to: 0, says: 'access token, refresh token 1', isAnswer: true },
      { from: 0, to: 2, says: 'requests with the access token' },
      { chapter: 'when it is about to expire' },
      { from: 0, to: 1, says: 'refresh token 1, Refresh-Attempt' },
      { from: 1, to: 0, says: 'new access token, refresh token 2', isAnswer: true },
      { chapter: 'the answer was lost: the same question, the same answer' },
      { from: 0, to: 1, says: 'refresh token 1, the same attempt' },
      { from: 1, to: 0, says: 'refresh token 2', isAnswer: true },
      { chapter: 'somebody else comes with token 1 later' },
      { at: 1, does: 'used twice: this session ends, its user is told' },
    ],
  },
  federation: {
    title: 'Signing in with another provider',
    description:
      'The browser is led to the provider and comes back with a code, which Latchkey exchanges for an ID token that it verifies.',
    actors: ['Browser', 'Latchkey', 'Provider'],
    steps: [
      { from: 0, to: 1, says: 'Continue with …' },
      {
        from: 1,
        to: 0,
        says: 'redirect with state, nonce, PKCE challenge; a cookie binds this browser',
        isAnswer: true,
      },
      { from: 0, to: 2, says: 'the person signs in there and agrees' },
      { from: 2, to: 0, says: 'redirect back with a code', isAnswer: true },
      { from: 0, to: 1, says: 'code and state' },
      { from: 1, to: 2, says: 'code, PKCE verifier, client secret' },
      { from: 2, to: 1, says: 'ID token', isAnswer: true },
      { at: 1, does: 'issuer, audience, nonce, signature; whose account is it?' },
      { from: 1, to: 0, says: 'a session of ours', isAnswer: true },
    ],
  },
  'api-key': {
    title: 'An API key and the token it is exchanged for',
    description: 'A program exchanges its key for a short token, which services verify by themselves.',
    actors: ['Program', 'Latchkey', 'Your service'],
    steps: [
      { from: 0, to: 1, says: 'X-API-Key: lkk_…' },
      { from: 1, to: 0, says: 'access token for five minutes', isAnswer: true },
      { from: 0, to: 2, says: 'Authorization: Bearer eyJ…' },
      { at: 2, does: 'verified here; refused within a second once the key is revoked' },
      { from: 2, to: 0, says: 'the answer', isAnswer: true },
    ],
  },
  'mutual-tls': {
    title: 'Mutual TLS with a certificate-bound token',
    description:
      'A service proves its private key in the TLS handshake, gets a token that names its certificate, and must present both.',
    actors: ['Service A', 'Latchkey', 'Service B'],
    steps: [
      { from: 0, to: 1, says: 'TLS handshake with the client certificate' },
      { at: 1, does: 'chain, dates, revocation list; which service account?' },
      { from: 1, to: 0, says: 'access token, bound to the certificate (cnf.x5t#S256)', isAnswer: true },
      { from: 0, to: 2, says: 'TLS handshake with the same certificate, and the token' },
      { at: 2, does: 'token valid, and this very certificate? Stolen alone it opens nothing' },
      { from: 2, to: 0, says: 'the answer', isAnswer: true },
    ],
  },
  'magic-link': {
    title: 'A magic link',
    description:
      'The browser that asked is marked by a cookie. The link in the mail opens a page with a button; only pressing it signs in, and only there.',
    actors: ['Browser', 'Latchkey', 'Mailbox'],
    steps: [
      { from: 0, to: 1, says: 'the address' },
      {
        from: 1,
        to: 0,
        says: 'the same answer for every address; a cookie marks this browser',
        isAnswer: true,
      },
      { from: 1, to: 2, says: 'a link, if there is an account' },
      { from: 2, to: 0, says: 'the person opens the link' },
      { from: 0, to: 1, says: 'GET: shows a button, uses nothing up' },
      { from: 0, to: 1, says: 'POST, by the button, from the marked browser' },
      { from: 1, to: 0, says: 'a session', isAnswer: true },
    ],
  },
  code: {
    title: 'A code by mail or SMS',
    description: 'A short code is sent and typed into the browser that asked; five tries, ten minutes.',
    actors: ['Browser', 'Latchkey', 'Mailbox or phone'],
    steps: [
      { from: 0, to: 1, says: 'the address or the number' },
      { from: 1, to: 0, says: 'a ticket, whoever it is', isAnswer: true },
      { from: 1, to: 2, says: 'six digits' },
      { from: 2, to: 0, says: 'the person reads and types them' },
      { from: 0, to: 1, says: 'ticket and code: one of five tries' },
      { from: 1, to: 0, says: 'a session', isAnswer: true },
    ],
  },
  totp: {
    title: 'A password and an authenticator app',
    description:
      'The right password is answered with a ticket and no session; the code of the app, which is good once, turns it into one.',
    actors: ['Browser', 'Latchkey', 'Authenticator app'],
    steps: [
      { from: 0, to: 1, says: 'address and password' },
      { from: 1, to: 0, says: 'a ticket; no session yet', isAnswer: true },
      { from: 2, to: 0, says: 'the code of these thirty seconds' },
      { from: 0, to: 1, says: 'ticket and code' },
      { at: 1, does: 'a step that was used, or an older one, is refused for ever' },
      { from: 1, to: 0, says: 'a session of two factors (aal2)', isAnswer: true },
    ],
  },
  passkey: {
    title: 'A passkey',
    description:
      'The authenticator signs a challenge together with the address of the site, after a fingerprint or a PIN. Nothing that could be phished leaves the device.',
    actors: ['Authenticator', 'Browser', 'Latchkey'],
    steps: [
      { from: 1, to: 2, says: 'I would like to sign in' },
      { from: 2, to: 1, says: 'a challenge, good once', isAnswer: true },
      { from: 1, to: 0, says: 'the challenge and the site’s own address' },
      { at: 0, does: 'fingerprint, face or PIN' },
      { from: 0, to: 1, says: 'signature', isAnswer: true },
      { from: 1, to: 2, says: 'signature: who it is, and that they are there' },
      { from: 2, to: 1, says: 'a session of two factors (aal2)', isAnswer: true },
    ],
  },
  dpop: {
    title: 'A token bound to a key of the browser (DPoP)',
    description:
      'The browser makes a key that scripts cannot read out, and signs a proof for every request. A copied token is worth nothing elsewhere.',
    actors: ['Browser', 'Latchkey', 'Your service'],
    steps: [
      { at: 0, does: 'makes a key that cannot be read out' },
      { from: 0, to: 1, says: 'sign in, with a proof by that key' },
      { from: 1, to: 0, says: 'tokens that name the key', isAnswer: true },
      { from: 0, to: 2, says: 'Authorization: DPoP eyJ…, and a proof for this request' },
      { at: 2, does: 'method, address, token and time match; seen once' },
      { from: 2, to: 0, says: 'the answer', isAnswer: true },
    ],
  },
  dbsc: {
    title: 'A session bound to the device (DBSC)',
    description:
      'The browser makes a key in the machine’s own hardware. A short cookie beside the session is renewed only by a signature of that key.',
    actors: ['Browser', 'Latchkey'],
    steps: [
      { from: 0, to: 1, says: 'sign in' },
      { from: 1, to: 0, says: 'the session, and an invitation: Secure-Session-Registration', isAnswer: true },
      { at: 0, does: 'makes a key in the hardware' },
      { from: 0, to: 1, says: 'public key, and a signature over the challenge' },
      { from: 1, to: 0, says: 'a cookie for a few minutes', isAnswer: true },
      { chapter: 'when the short cookie has expired, before the next request' },
      { from: 0, to: 1, says: 'a signature over a new challenge' },
      { from: 1, to: 0, says: 'another short cookie', isAnswer: true },
      { at: 1, does: 'stolen cookies die within minutes: the key stays in the machine' },
    ],
  },
} as const satisfies Record<string, Flow>
