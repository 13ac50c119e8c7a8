import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose'
import type { Issuer } from './issuer.ts'

/** An access token of the issuer's with a key of its holder's, who proves to have it. */
export async function bindToken(issuer: Issuer) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = await exportJWK(publicKey)
  const token = await signWith(issuer, { jkt: await calculateJwkThumbprint(jwk) })
  const ath = createHash('sha256').update(token).digest('base64url')
  const prove = async (htu: string) =>
    await new SignJWT({ htm: 'GET', htu, ath, jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .setIssuedAt()
      .sign(privateKey)
  return { token, prove }
}

/** The administrator's claims with this confirmation (RFC 7800), signed by the issuer. */
export async function signWith({ latchkey, root }: Issuer, cnf: object): Promise<string> {
  const { kid, key } = latchkey.services.keys.signer()
  const claims = await latchkey.authenticate(`Bearer ${root.accessToken}`)
  return await new SignJWT({ ...claims, cnf })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .sign(key)
}
