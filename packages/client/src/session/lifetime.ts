/** The life of something received, counted on two clocks of this device and on none of the server's. */
export interface Lifetime {
  /** Milliseconds. */
  length: number
  wall: number
  monotonic: number
}

/** `age`: milliseconds since it left the server's answer, where another tab received it. */
export const startLifetime = (length: number, age = 0): Lifetime => ({
  length,
  wall: Date.now() - age,
  monotonic: performance.now() - age,
})

/**
 * Milliseconds left, at most zero when it is over. A wall clock may be set back and a monotonic one stands still while
 * the device sleeps: the one that has moved further is right, or costs one refresh too many.
 */
export const remaining = ({ length, wall, monotonic }: Lifetime): number =>
  length - Math.max(Date.now() - wall, performance.now() - monotonic)
