/** CBOR values of authenticators (CTAP 2.2 §8, canonical form), as far as they are read here. */
export type Cbor = number | string | boolean | null | Uint8Array | Cbor[] | Map<number | string, Cbor>

const deepest = 4

/**
 * Reads one value from `offset` on, and returns where it ends. Throws RangeError if it is malformed: only definite
 * lengths, unique keys, nothing beyond the end, and the nesting that CTAP allows.
 */
export function decodeCbor(bytes: Uint8Array, offset = 0): { value: Cbor; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = offset
  return { value: readValue(0), end: at }

  function readValue(depth: number): Cbor {
    if (depth > deepest) throw new RangeError('nested too deeply')
    const initial = view.getUint8(at++)
    const info = initial & 31
    switch (initial >> 5) {
      case 0:
        return readArgument(info)
      case 1:
        return -1 - readArgument(info)
      case 2:
        return readBytes(readArgument(info))
      case 3:
        return new TextDecoder('utf-8', { fatal: true }).decode(readBytes(readArgument(info)))
      case 4:
        return Array.from({ length: readCount(info) }, () => readValue(depth + 1))
      case 5:
        return readMap(readCount(info), depth)
      case 7:
        return readSimple(info)
      default:
        throw new RangeError('tags are not expected')
    }
  }

  function readArgument(info: number): number {
    if (info < 24) return info
    const size = { 24: 1, 25: 2, 26: 4 }[info]
    // Eight bytes would exceed any message; 31 is an indefinite length.
    if (size === undefined) throw new RangeError('a length that is not supported')
    const start = at
    at += size
    if (size === 1) return view.getUint8(start)
    return size === 2 ? view.getUint16(start) : view.getUint32(start)
  }

  /** Each item takes at least a byte: a larger count would reserve memory for nothing. */
  function readCount(info: number): number {
    const count = readArgument(info)
    if (count > bytes.length - at) throw new RangeError('more items than bytes')
    return count
  }

  function readBytes(length: number): Uint8Array {
    if (length > bytes.length - at) throw new RangeError('ends too early')
    at += length
    return bytes.subarray(at - length, at)
  }

  function readMap(count: number, depth: number): Map<number | string, Cbor> {
    const map = new Map<number | string, Cbor>()
    for (let index = 0; index < count; index++) {
      const key = readValue(depth + 1)
      if (typeof key !== 'number' && typeof key !== 'string') throw new RangeError('a key of another kind')
      if (map.has(key)) throw new RangeError('a key twice')
      map.set(key, readValue(depth + 1))
    }
    return map
  }
}

function readSimple(info: number): boolean | null {
  if (info === 20) return false
  if (info === 21) return true
  if (info === 22) return null
  throw new RangeError('a simple value that is not expected')
}
