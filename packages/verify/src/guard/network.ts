/**
 * Returns the bytes of an IP address, 4 or 16; IPv4 within IPv6 (`::ffff:192.0.2.1`) as IPv4. Null if it is not one.
 */
function bytesOf(text: string): number[] | null {
  const [address = ''] = text.split('%', 1)
  if (/^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/.test(address)) {
    const bytes = address.split('.').map(Number)
    return bytes.length === 4 && bytes.every((byte) => byte <= 255) ? bytes : null
  }
  // The platform's own parser (RFC 4291 §2.2): its answer has no zeros in front and one gap at most.
  const host = /^[0-9a-f:.]+$/i.test(address) ? URL.parse(`http://[${address}]/`)?.hostname : undefined
  if (host === undefined) return null
  const [left = [], right] = host
    .slice(1, -1)
    .split('::')
    .map((side) => (side === '' ? [] : side.split(':').map((group) => Number.parseInt(group, 16))))
  const gap = right ? Array.from({ length: 8 - left.length - right.length }, () => 0) : []
  const bytes = [...left, ...gap, ...(right ?? [])].flatMap((group) => [group >> 8, group & 0xff])
  const isMapped = bytes.slice(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 0xff))
  return isMapped ? bytes.slice(12) : bytes
}

type Network = { bytes: number[]; bits: number }

function networkOf(text: string): Network | null {
  const [address = '', length, ...rest] = text.split('/')
  const bytes = bytesOf(address)
  if (!bytes || rest.length > 0) return null
  const bits = length === undefined ? bytes.length * 8 : /^\d{1,3}$/.test(length) ? Number(length) : 0
  // A network of all addresses would let anyone say who they are.
  return bits >= 1 && bits <= bytes.length * 8 ? { bytes, bits } : null
}

const holds = ({ bytes, bits }: Network, address: number[]): boolean =>
  bytes.length === address.length &&
  bytes.every((byte, index) => {
    const wanted = Math.min(8, Math.max(0, bits - 8 * index))
    return (byte ^ address[index]!) >> (8 - wanted) === 0
  })

/**
 * True if an address is one of these, which are addresses and networks (`10.0.0.0/8`). Null if one of them is neither,
 * or is everybody (`/0`).
 */
export function createTrust(proxies: readonly string[]): ((address: string) => boolean) | null {
  const networks = proxies.map(networkOf)
  if (networks.includes(null)) return null
  return (address) => {
    const bytes = bytesOf(address)
    return bytes !== null && networks.some((network) => network !== null && holds(network, bytes))
  }
}
