import { originOf } from '../../core/request/request-context.ts'
import type { DeviceBoundSession, Instant } from '@latchkey/contract'
import { isSignedBy, type Jws, parseJws, thumbprintOf } from '@latchkey/verify/core'
import { isSame } from '../../core/bytes.ts'
import type { Database } from '../../db/database.ts'
import type { Audit } from '../../core/audit/audit.ts'
import { AuthError } from '../../core/auth-error.ts'
import type { Ports } from '../../core/ports/ports.ts'
import { parseUuid } from '../../core/ports/uuid.ts'
import { auditSubject, type DeviceOrigin } from '../open-session.ts'
import { type SessionKind, sessionIdOf, type SessionRow } from '../session.ts'
import { isAlive } from '../standing.ts'
import { bindSession, findSession } from '../store.ts'
import { deviceBinding } from '../bindings/binding.ts'
import type { DeviceChallenges } from './device-challenge.ts'
import type { DeviceCookie } from '../bindings/device-cookie.ts'
import {
  type DeviceAlgorithm,
  deviceAlgorithms,
  type DeviceKey,
  findDeviceKey,
  insertDeviceKey,
} from './device-keys.ts'
import { consumeProof } from '../bindings/used-proofs.ts'

/** The answer to a signature of a device. */
export interface DeviceRegistration {
  instructions: DeviceBoundSession
  cookie: string
}

/** Device Bound Session Credentials (W3C draft): the browser's side is in the browser. */
export interface DeviceSessions {
  /** Returns the value of `Secure-Session-Registration` for a new session; null if none is offered. */
  offer(session: Pick<SessionRow, 'id' | 'binding'>, kind: SessionKind): string | null
  /** Throws AuthError `challenge_invalid`. */
  register(proof: string): Promise<DeviceRegistration>
  /** Throws AuthError `device_proof_needed` with a challenge, `session_not_found` if it cannot be refreshed. */
  refresh(id: string, proof: string | undefined, origin: DeviceOrigin): Promise<DeviceRegistration>
}

export interface DeviceSessionsOptions {
  db: Database
  ports: Ports
  audit: Audit
  challenges: DeviceChallenges
  deviceCookie: DeviceCookie
  /** The kinds of sessions that are offered a binding. */
  kinds: ReadonlySet<SessionKind>
  /** The base path of the routes. */
  base: string
  origin: string
  /** Hosts of other pages that call this server. */
  initiators: readonly string[]
}

const type = 'dbsc+jwt'
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createDeviceSessions(options: DeviceSessionsOptions): DeviceSessions {
  const { db, ports, audit, challenges, deviceCookie, kinds, base } = options

  return { offer, register, refresh }

  function offer({ id, binding }: Pick<SessionRow, 'id' | 'binding'>, kind: SessionKind): string | null {
    if (!kinds.has(kind) || binding !== null) return null
    // Browsers that do not know the header pass it over.
    return `(${deviceAlgorithms.join(' ')});path="${base}/register";challenge="${challenges.issue('register', id)}"`
  }

  async function register(proof: string): Promise<DeviceRegistration> {
    const jws = readProof(proof)
    const challenge = challenges.verify('register', jws?.payload['jti'])
    const key = jws && (await keyIn(jws))
    if (!challenge || !key) throw new AuthError('challenge_invalid')
    const found = await findSession(db, challenge.sessionId)
    // A session bound to a key of the client's own, or one that has ended, needs no other key.
    if (!found || !isAlive(found, ports.now()) || found.session.binding !== null)
      throw new AuthError('challenge_invalid')
    const { id } = found.session
    if (!(await insertDeviceKey(db, { ...key, session_id: id, created_at: ports.now() })))
      throw new AuthError('challenge_invalid', { log: { reason: 'the session has a key already' } })
    // The key is not required yet: the answer may be lost, and the browser would know of no key.
    return registrationOf(found.session, key.thumbprint)
  }

  async function refresh(
    id: string,
    proof: string | undefined,
    origin: DeviceOrigin,
  ): Promise<DeviceRegistration> {
    if (!uuid.test(id)) throw new AuthError('session_not_found')
    // Every caller gets a challenge, even for an unknown session.
    if (proof === undefined) throw ask(id)
    const jws = readProof(proof)
    const jti = jws?.payload['jti']
    const challenge = challenges.verify('refresh', jti)
    if (!jws || !challenge || !isOf(challenge.sessionId, id)) throw ask(id)
    const found = await findSession(db, challenge.sessionId)
    const key = await findDeviceKey(db, challenge.sessionId)
    const isHolder = found !== null && isAlive(found, ports.now())
    if (!isHolder || !key || !(await isSignedBy(jws, jwkOf(key), algorithmOf(jws, key))))
      throw new AuthError('session_not_found', { log: { session: id, reason: 'ended, or another key' } })
    await once(String(jti), challenge.expiresAt, id)
    await settle(found.session, key, origin)
    return registrationOf(found.session, key.thumbprint)
  }

  /** Consumes the challenge; called last, so that only the device uses one up. */
  async function once(challenge: string, expiresAt: Instant, id: string): Promise<void> {
    if (!(await consumeProof(db.relaxed, `dbsc ${challenge}`, expiresAt))) throw ask(id)
  }

  /** Binds the session: the device has its key, and the browser knows of it, so it is required from now on. */
  async function settle(session: SessionRow, { thumbprint }: DeviceKey, origin: DeviceOrigin): Promise<void> {
    const binding = deviceBinding(thumbprint)
    if (session.binding === binding) return
    // A binding never changes.
    if (session.binding !== null) throw new AuthError('session_not_found')
    if (await bindSession(db, session.id, binding))
      audit.record({
        kind: 'session.bound',
        ...auditSubject(session),
        ...originOf(origin),
        detail: { binding: 'dbsc' },
      })
  }

  function ask(id: string): AuthError {
    const challenge = challenges.issue('refresh', parseUuid(id))
    return new AuthError('device_proof_needed', { deviceChallenge: `"${challenge}";id="${id}"` })
  }

  function registrationOf(session: SessionRow, thumbprint: string): DeviceRegistration {
    const { name, attributes } = deviceCookie
    return {
      instructions: {
        session_identifier: sessionIdOf(session),
        refresh_url: `${base}/refresh`,
        scope: { origin: options.origin, include_site: false, scope_specification: [] },
        credentials: [{ type: 'cookie', name, attributes }],
        allowed_refresh_initiators: [...options.initiators],
      },
      cookie: deviceCookie.set({ sessionId: session.id, thumbprint }),
    }
  }
}

/** Parses a proof; nothing of it is verified yet. */
function readProof(proof: string): Jws | null {
  const jws = parseJws(proof)
  return jws && jws.header['typ'] === type && !('crit' in jws.header) ? jws : null
}

/** Returns the key of a registration, if it has signed the registration. */
async function keyIn(jws: Jws): Promise<Pick<DeviceKey, 'thumbprint' | 'algorithm' | 'jwk'> | null> {
  const { jwk, alg } = jws.header
  const algorithm = deviceAlgorithms.find((each) => each === alg)
  if (!algorithm || typeof jwk !== 'object' || jwk === null || 'd' in jwk) return null
  const known = jwk as Record<string, unknown>
  const thumbprint = await thumbprintOf(known)
  if (thumbprint === null || !(await isSignedBy(jws, known, algorithm))) return null
  return { thumbprint, algorithm, jwk: JSON.stringify(requiredOf(known)) }
}

/** Returns the members that make the key, without any others. */
const requiredOf = ({ kty, crv, x, y, n, e }: Record<string, unknown>): object => ({ kty, crv, x, y, n, e })

const jwkOf = ({ jwk }: DeviceKey): Record<string, unknown> => JSON.parse(jwk) as Record<string, unknown>

/** Returns the key's algorithm, which the proof may not choose: a proof that names another is not signed by the key. */
function algorithmOf({ header }: Jws, { algorithm }: DeviceKey): DeviceAlgorithm {
  if (header['alg'] !== algorithm) throw new AuthError('session_not_found')
  return algorithm
}

const isOf = (sessionId: Uint8Array, id: string): boolean => isSame(sessionId, parseUuid(id))
