/** How long something received lasts, counted on two clocks of this device and on none of the server's. */
export interface Lease {
  /** Milliseconds. */
  lifetime: number
  wall: number
  monotonic: number
}

/** `age`: milliseconds since it left the server's answer, where another tab received it. */
export const startLease = (lifetime: number, age = 0): Lease => ({
  lifetime,
  wall: Date.now() - age,
  monotonic: performance.now() - age,
})

/**
 * Milliseconds left, at most zero when it is over. A wall clock may be set back and a monotonic one stands still while
 * the device sleeps: the one that has moved further is right, or costs one refresh too many.
 */
export const remaining = ({ lifetime, wall, monotonic }: Lease): number =>
  lifetime - Math.max(Date.now() - wall, performance.now() - monotonic)
