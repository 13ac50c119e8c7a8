import type { IncomingRequest } from './incoming.ts'
import { networkOf } from './network.ts'

/** A request's origin and the data it carries, read once by the pipeline. */
export interface RequestContext extends Pick<IncomingRequest, 'header' | 'signal' | 'isGone'> {
  requestId: string
  /** The client's address as far as configured proxies are believed; null when unknown. */
  ip: string | null
  userAgent: string | null
  cookies: ReadonlyMap<string, readonly string[]>
  /** The token in `Authorization: Bearer …`, whatever it is. */
  bearer: string | null
  /** The token in `Authorization: DPoP …`, whatever it is. */
  dpopToken: string | null
  /** The thumbprint of the key whose possession the request proves (RFC 9449); set by the pipeline. */
  provenKey: string | null
  /**
   * The DER of the client certificate, if any. The caller has proven possession of its key; nothing else is verified.
   */
  certificate: Uint8Array | undefined
}

type Origin = Pick<RequestContext, 'ip' | 'userAgent'>

/** The origin of a request, as sessions and audit events keep it. */
export const originOf = ({ ip, userAgent }: Origin): Origin => ({
  ip,
  userAgent,
})

/** The key that limits per network count by. */
export const networkOfCaller = ({ ip }: RequestContext): string => (ip === null ? 'unknown' : networkOf(ip))
