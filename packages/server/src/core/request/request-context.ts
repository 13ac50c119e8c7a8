import type { IncomingRequest } from './incoming.ts'
import { networkOf } from './network.ts'

/** Where a request comes from and what it carries, read once by the pipeline. */
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
  /** The thumbprint of the key that the request has proven to hold (RFC 9449); found out by the pipeline. */
  provenKey: string | null
  /** The DER of the client certificate, if any, whose key the caller has proven to hold; nothing else is proven of it. */
  certificate: Uint8Array | undefined
}

type Origin = Pick<RequestContext, 'ip' | 'userAgent'>

/** Where a request comes from, as sessions and audit events keep it. */
export const originOf = ({ ip, userAgent }: Origin): Origin => ({
  ip,
  userAgent,
})

/** What limits per network count by. */
export const networkOfCaller = ({ ip }: RequestContext): string => (ip === null ? 'unknown' : networkOf(ip))
