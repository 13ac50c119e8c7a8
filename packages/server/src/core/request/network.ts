import { isIP, isIPv4, isIPv6 } from 'node:net'

/** Folds IPv4-mapped IPv6 (`::ffff:192.0.2.1`) to IPv4 and drops zone ids; null where it is no address. */
function normalizeAddress(text: string): string | null {
  const address = text.trim().split('%', 1)[0]!.toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? null
  if (mapped && isIPv4(mapped)) return mapped
  return isIP(address) ? address : null
}

/** What one customer of a provider commonly holds: an IPv4 address, an IPv6 /64. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  return expand(address).slice(0, 4).join(':') + '::/64'
}

function expand(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  const middle =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...middle, ...right].map((group) => group.replace(/^0+(?=.)/, ''))
}

/**
 * The client's address: the peer, or, where the peer is a trusted proxy, the rightmost entry of `X-Forwarded-For`
 * that no trusted proxy wrote. What does not parse falls back to the last address that did.
 */
export function clientAddress(
  peer: string | undefined,
  forwardedFor: string | null,
  isTrusted: (address: string) => boolean,
): string | null {
  let address = normalizeAddress(peer ?? '')
  if (address === null || forwardedFor === null) return address
  for (const hop of forwardedFor.split(',').toReversed()) {
    if (!isTrusted(address)) return address
    const next = normalizeAddress(hop)
    if (next === null) return address
    address = next
  }
  return address
}
