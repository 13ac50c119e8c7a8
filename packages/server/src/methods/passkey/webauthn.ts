import type * as Helpers from '@simplewebauthn/server/helpers'
import type * as Server from '@simplewebauthn/server'

export type Webauthn = typeof Server & typeof Helpers

/** Loads the parser and verifier at the first ceremony: they take 0.15 s and 25 MB, which a start does not wait for. */
export async function loadWebauthn(): Promise<Webauthn> {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  return { ...server, ...helpers }
}
