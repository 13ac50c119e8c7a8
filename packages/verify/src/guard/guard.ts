import { type AuthOptions, readAuthOptions } from './auth-options.ts'
import type { Claims } from '../token/claims.ts'
import { clientCertificate } from './client-certificate.ts'
import { type Credential, findCredentials } from './credentials.ts'
import { mayBeForged } from './forgery.ts'
import type { Incoming } from './incoming.ts'
import type { Presented } from '../token/proof.ts'
import { redirected } from './redirect.ts'
import { createRefusal, type Refusal, refusalOfShortfall, refusalOfToken } from './refusal.ts'
import { readRequirement, type RouteRequirement } from './route-requirement.ts'
import type { Accepted, Verifier } from '../verifier/verifier.ts'
import { VerifyError } from '../token/verify-error.ts'

/** The caller: the verified claims. They are frozen, and shared by all requests that bring the same token. */
export type Auth = Readonly<Claims>

/** The outcome of checking a request. */
export type AuthVerdict = ({ ok: true } & Accepted) | { ok: false; refusal: Refusal }

/** The members that a guarded handler finds on its request. */
export interface Authenticated {
  auth: Auth
  authVerdict: AuthVerdict
}

/** The members that a handler behind `auth()` finds on its request; `authVerdict` tells why `auth` is null. */
export interface MaybeAuthenticated {
  auth: Auth | null
  authVerdict: AuthVerdict
}

/** The core of all adapters. */
export interface Guard {
  read(incoming: Incoming): Promise<AuthVerdict>
  /** Requires all of these. Throws TypeError for a wrong requirement, including one that is undefined. */
  require(...requirements: (RouteRequirement | undefined)[]): (incoming: Incoming) => Promise<AuthVerdict>
  /** The headers on which the answer depends, for `Vary`: no cache may give one caller what another was given. */
  vary: string
}

/** Throws TypeError for options that are wrong. */
export function createGuard(verifier: Verifier, options: AuthOptions = {}): Guard {
  const { issuer } = verifier
  const { base, origins, cookieName, certificateProxies, onRefusal } = readAuthOptions(options)
  const takesCookie = cookieName !== null

  return {
    read,
    require: (...requirements) => {
      const asked = requirements.map((each) => readRequirement(each, takesCookie))
      return (incoming) => check(incoming, asked)
    },
    vary: `Authorization, X-API-Key${takesCookie ? ', Cookie' : ''}`,
  }

  async function read(incoming: Incoming): Promise<AuthVerdict> {
    const credentials = findCredentials(incoming.header, cookieName)
    const [credential] = credentials
    if (!credential) return refused(refusalOfToken(issuer, new VerifyError('missing'), 'Bearer'))
    // RFC 6750 §3.1: it does not guess which of them is meant.
    if (credentials.length > 1)
      return refused(
        createRefusal(issuer, 'invalid_input', {
          detail: 'The request brings more than one credential.',
          challenge: 'Bearer error="invalid_request"',
        }),
      )
    if (credential.isCookie && mayBeForged(incoming, origins))
      return refused(createRefusal(issuer, 'cross_site_request'))
    return await verify(credential, incoming)
  }

  async function verify({ token, scheme, isCookie }: Credential, incoming: Incoming): Promise<AuthVerdict> {
    // One kind is never taken for another: no session cookie's value in a header, no access token in a cookie.
    if (token !== '' && token.startsWith('lks_') !== isCookie)
      return refused(refusalOfToken(issuer, new VerifyError('malformed'), scheme))
    const verdict = await verifier.verify(token, presentedBy(incoming, scheme))
    return verdict.ok ? verdict : refused(refusalOfToken(issuer, verdict.error, scheme))
  }

  function presentedBy(incoming: Incoming, scheme: string): Presented {
    const { method, target, header } = incoming
    const proof = scheme.toLowerCase() === 'dpop' ? header('dpop') : null
    return {
      ...(scheme.toLowerCase() === 'dpop' && { scheme }),
      ...(proof !== null && base && { dpop: { proof, method, url: addressOf(base, target) } }),
      // Read for bound tokens only: Node makes a copy.
      get certificate() {
        return clientCertificate(incoming, certificateProxies)
      },
    }
  }

  async function check(incoming: Incoming, requirements: RouteRequirement[]): Promise<AuthVerdict> {
    const verdict = decide(await read(incoming), requirements)
    if (verdict.ok) return verdict
    onRefusal(verdict.refusal)
    const redirectTo = requirements.find((each) => each.redirectTo !== undefined)?.redirectTo
    if (redirectTo === undefined || !base) return verdict
    return refused(redirected(verdict.refusal, incoming, redirectTo, base))
  }

  function decide(verdict: AuthVerdict, requirements: RouteRequirement[]): AuthVerdict {
    if (!verdict.ok) return verdict
    const { claims } = verdict
    const scheme = claims.cnf?.jkt === undefined ? 'Bearer' : 'DPoP'
    for (const { redirectTo: _, ...requirement } of requirements) {
      const shortfall = verifier.decide(claims, requirement)
      if (shortfall) return refused(refusalOfShortfall(issuer, shortfall, scheme))
    }
    return verdict
  }
}

/** Returns what is put onto a request: the claims, or null. */
export const authOf = (verdict: AuthVerdict): Auth | null => (verdict.ok ? verdict.claims : null)

const refused = (refusal: Refusal): AuthVerdict => ({ ok: false, refusal })

const addressOf = ({ origin, pathname }: URL, target: string): string =>
  origin + pathname.replace(/\/$/, '') + target
