import { describe, expect, test } from 'vitest'
import { createRandom } from '#test/support/random.ts'
import { createInstallation, startServer } from '#test/support/server-process.ts'
import { stores } from '#test/support/test-latchkey.ts'
import { findUndone, Person } from './mixed-load/person.ts'

/*
 * kill −9 at a random moment of a mixed load, again and again: people refresh, step up, log out and in, reset their
 * passwords, and cut connections before the answer. Whoever is not answered repeats, as every client does.
 * TEST_KILLS=500 makes it a long run, on each store.
 */
const kills = Number(process.env.TEST_KILLS ?? 30)
const people = 8
const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000)

describe.each(stores)('a server on %s that is killed', (store) => {
  test(
    `${kills} times signs nobody out and undoes nothing that was acknowledged`,
    { timeout: 60_000 + kills * 10_000 },
    async () => {
      const random = createRandom(seed)
      // No leeway: a predecessor that is let through has its attempt id to thank.
      const env = await createInstallation(store, { REFRESH_LEEWAY: '0s', LIMIT_SCALE: '10000' })
      let server = await startServer(env)
      const crowd = Array.from(
        { length: people },
        (_, index) => new Person(`user-${index}@example.com`, () => server.url, random),
      )
      await Promise.all(crowd.map((person) => person.register()))

      const over = new AbortController()
      const lives = crowd.map(async (person) => {
        try {
          while (!over.signal.aborted) await person.act()
        } catch (error) {
          throw new Error(`somebody was let down, who had asked and heard:\n${person.history()}`, {
            cause: error,
          })
        }
      })
      const killing = (async () => {
        for (let count = 0; count < kills; count++) {
          await new Promise((resolve) => setTimeout(resolve, 100 + random() * 400))
          await server.kill()
          server = await startServer(env)
        }
        over.abort()
      })()
      try {
        await Promise.all([...lives, killing])
        for (const person of crowd) await person.refresh()
        const acknowledged = crowd.flatMap((person) => person.acknowledged)
        expect(await findUndone(server.url, acknowledged)).toEqual([])
        expect(acknowledged.length).toBeGreaterThan(kills / 10)
        report(
          store,
          crowd.reduce((sum, { answers }) => sum + answers, 0),
          acknowledged.length,
        )
      } catch (error) {
        throw new Error(`with TEST_SEED=${seed}`, { cause: error })
      } finally {
        over.abort()
      }
    },
  )
})

/** Nothing went wrong n times: with 95 % confidence it goes wrong less often than 3 times in n (rule of three). */
function report(store: string, answers: number, acknowledged: number): void {
  const bound = (count: number) => (3 / count).toExponential(1)
  process.stdout.write(
    `${store}: ${kills} kills, ${answers} answers, nobody signed out (below ${bound(answers)} an answer); ` +
      `${acknowledged} acknowledged ends, none undone (below ${bound(acknowledged)} an end)\n`,
  )
}
