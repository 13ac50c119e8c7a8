import type { Reply } from '#test/support/test-latchkey.ts'
import type { Scene } from './stage.ts'

interface Described<Prepared> {
  prepare?: (scene: Scene) => Promise<Prepared>
  run: (scene: Scene, prepared: Prepared) => Promise<Reply<unknown>>
  done: number
  /** Codes that a repeat may get if the first try was carried out and only its answer lost. */
  repeated?: string[]
  /** The operation ends ada's sessions when it succeeds. */
  ends?: boolean
  /** Holds once the operation was carried out, at first or when it was repeated. */
  after?: (scene: Scene) => Promise<unknown>
}

/** Something that people and machines do, of which every call of the store can fail. */
export interface Operation extends Omit<Described<unknown>, 'prepare' | 'run'> {
  prepare: (scene: Scene) => Promise<Prepared>
}

/** Ready to be carried out, any number of times. */
export interface Prepared {
  run: (scene: Scene) => Promise<Reply<unknown>>
  /** Whatever was made for it. */
  made: unknown
}

export type Operations = Record<string, Operation>

export function operation<Made = undefined>({ prepare, run, ...rest }: Described<Made>): Operation {
  return {
    ...rest,
    async prepare(scene) {
      const made = (await prepare?.(scene)) as Made
      return { made, run: (now) => run(now, made) }
    },
  }
}

/** Treats a broken-off answer as unavailable: it has begun with a 200, and no client takes it for whole. */
export const toUnavailable = (): Reply => ({
  status: 503,
  headers: new Headers(),
  body: {},
  code: 'unavailable',
})
