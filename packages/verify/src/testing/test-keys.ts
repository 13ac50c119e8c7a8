import { createSigningKey, type SigningKey, type TestAlgorithm } from './signing-key.ts'

/** The keys of a test issuer: one signs, one more is published, and those from before stay. */
export interface TestKeys {
  current(): SigningKey
  publicJwks(): Record<string, unknown>[]
  rotate(): Promise<void>
  /** Publishes the key no more; rotates where it signs or is the next to. */
  takeOutOfService(kid: string): Promise<void>
}

export async function createTestKeys(algorithm: TestAlgorithm): Promise<TestKeys> {
  let [current, next] = await Promise.all([createSigningKey(algorithm), createSigningKey(algorithm)])
  let published = [current, next]
  return {
    current: () => current,
    publicJwks: () => published.map(({ publicJwk }) => publicJwk),
    rotate,
    takeOutOfService,
  }

  async function rotate(): Promise<void> {
    const fresh = await createSigningKey(algorithm)
    published = [...published, fresh]
    ;[current, next] = [next, fresh]
  }

  async function takeOutOfService(kid: string): Promise<void> {
    if (kid === current.kid || kid === next.kid) await rotate()
    if (kid === current.kid) await rotate()
    published = published.filter((key) => key.kid !== kid)
  }
}
