import { isIPv4, isIPv6, SocketAddress } from 'node:net'

/**
 * Folds IPv4-mapped IPv6, however it is written (`::ffff:192.0.2.1`, `::ffff:c000:201`), to IPv4. Drops zone ids, and
 * the port that some proxies append to an address. Null if it is no address.
 */
function normalizeAddress(text: string): string | null {
  const address = withoutPort(text.trim()).split('%', 1)[0]!
  if (isIPv4(address)) return address
  if (!isIPv6(address)) return null
  const { address: canonical } = new SocketAddress({ address, family: 'ipv6' })
  return canonical.startsWith(mapped) && isIPv4(canonical.slice(mapped.length))
    ? canonical.slice(mapped.length)
    : canonical
}

const mapped = '::ffff:'

/** `192.0.2.1:443`, `[2001:db8::1]:443` and `[2001:db8::1]` (RFC 3986 §3.2.2). */
const withoutPort = (text: string): string =>
  /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text

/** The network that one customer of a provider commonly holds: an IPv4 address, an IPv6 /64. */
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
 * Returns the client's address: the peer or, if the peer is a trusted proxy, the rightmost entry of `X-Forwarded-For`
 * that no trusted proxy wrote. An entry that does not parse falls back to the last address that did.
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
