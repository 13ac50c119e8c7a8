import { formatUuid } from '../../core/ports/uuid.ts'
import type { RequestContext } from '../../core/request/request-context.ts'
import type { DeviceCookie } from './device-cookie.ts'

/**
 * The kind of key that a session is bound to: the client's own (RFC 9449), or one that the browser keeps in the device
 * (DBSC).
 */
export type BindingKind = 'dpop' | 'dbsc'

/** As the table has it: the kind, and the thumbprint of the key (RFC 7638). */
export type Binding = `${BindingKind}:${string}`

/** Null for a session that any bearer of its token may use. */
export const kindOf = (binding: string | null): BindingKind | null =>
  binding === null ? null : (binding.slice(0, binding.indexOf(':')) as BindingKind)

/** Proofs in a request beside its tokens. */
export type PresentedProofs = Pick<RequestContext, 'provenKey' | 'cookies' | 'header'>

/** The browser holds the session's key, and could not have it proven just now (DBSC, "Secure-Session-Skipped"). */
export const isSkipped = (presentedProofs: PresentedProofs | undefined): boolean =>
  presentedProofs !== undefined && presentedProofs.header('secure-session-skipped') !== null

/** The bindings of one session that a request has proven. */
export interface BindingProofs {
  key: Binding | null
  device: Binding | null
}

export const keyBinding = (thumbprint: string): Binding => `dpop:${thumbprint}`
export const deviceBinding = (thumbprint: string): Binding => `dbsc:${thumbprint}`

/** Without evidence nothing is proven. */
export function proofsFor(
  sessionId: Uint8Array,
  presentedProofs: Pick<PresentedProofs, 'provenKey' | 'cookies'> | undefined,
  deviceCookie: DeviceCookie,
): BindingProofs {
  if (!presentedProofs) return { key: null, device: null }
  const id = formatUuid(sessionId)
  const device = deviceCookie.read(presentedProofs).find((each) => formatUuid(each.sessionId) === id)
  return {
    key: presentedProofs.provenKey === null ? null : keyBinding(presentedProofs.provenKey),
    device: device ? deviceBinding(device.thumbprint) : null,
  }
}

/** Thumbprints are of public keys: nothing is learnt from the time that this takes. */
export const isBindingProven = (binding: string | null, { key, device }: BindingProofs): boolean =>
  binding === null || binding === key || binding === device
