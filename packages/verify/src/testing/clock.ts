/** Real time, and what it was moved by: timeouts and time stamps agree, as long as nobody moves it. */
export interface Clock {
  /** Milliseconds since the epoch; hand it to `createVerifier({ now })`. */
  now(): number
  /** Forward by milliseconds. Throws RangeError for a way back, which no real clock goes. */
  advance(milliseconds: number): void
}

export function createClock(): Clock {
  let offset = 0
  return {
    now: () => Date.now() + offset,
    advance(milliseconds) {
      if (!(milliseconds >= 0)) throw new RangeError(`a clock cannot advance by ${milliseconds} ms`)
      offset += milliseconds
    },
  }
}
