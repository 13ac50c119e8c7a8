import { createVerifier, type Verifier } from '@latchkey/verify'

/** The answer of every route, guarded or not. */
export const notes = { notes: ['buy milk', 'call Ada', 'water the plants'] }

export const port = Number(process.env['PORT'])
/** The guard before the route. */
export const guard = process.env['GUARD'] ?? 'none'

const issuer = process.env['ISSUER'] ?? ''

/** A verifier of this process, with keys and revocations at hand. */
export async function openVerifier(): Promise<Verifier> {
  const verifier = createVerifier({ issuer, audience: 'https://api.example.com', mode: 'local+feed' })
  await verifier.ready()
  return verifier
}

export const bearerOf = (authorization = ''): string => /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? ''

/** Access tokens for the clients, whether this server looks at them or not: all send the same. */
export async function fetchTokens(): Promise<string[]> {
  return (await (await fetch(`${issuer}/tokens`)).json()) as string[]
}
