import { readFileSync } from 'node:fs'

/**
 * Many tokens as one piece of bytes. Each is cut out anew whenever it is asked for, as a server cuts it out of a request:
 * a string that has been looked up before carries its hash with it and would be found for nothing.
 */
export class TokenShelf {
  readonly #bytes: Buffer
  readonly #ends: Uint32Array

  constructor(file: string) {
    this.#bytes = readFileSync(file)
    const ends: number[] = []
    for (let at = 0; at < this.#bytes.length; at = ends.at(-1)! + 1) {
      const end = this.#bytes.indexOf('\n', at)
      ends.push(end === -1 ? this.#bytes.length : end)
    }
    this.#ends = Uint32Array.from(ends)
  }

  get size(): number {
    return this.#ends.length
  }

  at(turn: number): string {
    return this.#bytes.toString('latin1', turn === 0 ? 0 : this.#ends[turn - 1]! + 1, this.#ends[turn])
  }
}
