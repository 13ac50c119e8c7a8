import { AuthError } from '../auth-error.ts'

/** A limited number of places that callers hold for a while, such as connections that stay open. */
export interface Places {
  /**
   * Takes a place until `leave` is called. If none is free, a known caller takes the place of the anonymous one that
   * has waited longest, and `onEvicted` tells that one. Throws AuthError `rate_limited`.
   */
  enter(caller: Caller, onEvicted: () => void): Leave
  readonly taken: number
}

/** May be called more than once. */
export type Leave = () => void

interface Caller {
  network: string
  isKnown: boolean
}

export interface PlacesOptions {
  most: number
  /** Limit for anonymous callers within `most`; the rest is reserved for known callers. */
  mostAnonymous: number
  mostAnonymousPerNetwork: number
}

interface Place extends Caller {
  onEvicted: () => void
}

const retryAfter = 5

export function createPlaces({ most, mostAnonymous, mostAnonymousPerNetwork }: PlacesOptions): Places {
  const known = new Set<Place>()
  /** The oldest first. */
  const anonymous = new Set<Place>()

  return {
    enter(caller, onEvicted) {
      const place = { ...caller, onEvicted }
      const room = caller.isKnown ? known : anonymous
      if (caller.isKnown) makeRoomForKnown()
      else makeRoomForAnonymous(caller.network)
      room.add(place)
      return () => void room.delete(place)
    },
    get taken() {
      return known.size + anonymous.size
    },
  }

  function makeRoomForKnown(): void {
    if (known.size + anonymous.size < most) return
    if (anonymous.size === 0) throw new AuthError('rate_limited', { retryAfter })
    evictOldest()
  }

  /** One network is refused before anybody else has to go for it. */
  function makeRoomForAnonymous(network: string): void {
    const neighbours = [...anonymous].filter((each) => each.network === network).length
    if (neighbours >= mostAnonymousPerNetwork || known.size >= most)
      throw new AuthError('rate_limited', { retryAfter })
    if (anonymous.size >= mostAnonymous || known.size + anonymous.size >= most) evictOldest()
  }

  function evictOldest(): void {
    const [oldest] = anonymous
    if (!oldest) return
    anonymous.delete(oldest)
    oldest.onEvicted()
  }
}
