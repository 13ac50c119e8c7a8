import { seconds } from '@latchkey/contract'
import { describe, expect, test } from 'vitest'
import { startLyingProvider } from '#test/support/lying-provider.ts'
import { Browser, type Reply } from '#test/support/test-latchkey.ts'
import type { Operation, Prepared } from './store-calls/operation.ts'
import { operations } from './store-calls/operations.ts'
import { type Scene, setStage } from './store-calls/stage.ts'

/*
 * Each operation's k-th call of the store fails, for every k, before it is carried out and after (the answer of the
 * database is lost). Then it answers 5xx, leaves nothing half done, signs nobody out, and can be repeated.
 */
describe.each(['before', 'after'] as const)('the store fails %s its k-th call', (moment) => {
  test.each(Object.entries(operations))('%s', { timeout: 120_000 }, async (_, operation) => {
    const stage = await setStage(startLyingProvider())
    const { scene } = stage
    const prepared = await operation.prepare(scene)
    const ready = await stage.keep()
    let k = 1
    for (; ; k++) {
      await stage.goBack(ready)
      stage.saboteur.arm(k, moment)
      const answer = await prepared.run(scene)
      const struck = stage.saboteur.struck()
      stage.saboteur.arm(Infinity, moment)
      if (!struck) {
        expect(answer.status).toBe(operation.done)
        break
      }
      await checkAfter(operation, scene, prepared, answer)
    }
    await stage.close()
    ready.image.close()
    expect(k).toBeGreaterThan(1)
  })
})

async function checkAfter(
  operation: Operation,
  scene: Scene,
  prepared: Prepared,
  answer: Reply<unknown>,
): Promise<void> {
  // A failure in the background (audit, mail) does not concern the caller; any other is a clear 503.
  expect([operation.done, 503]).toContain(answer.status)
  if (answer.status === 503) expect(answer.code).toBe('unavailable')
  if (answer.status === 503) {
    const again = await prepared.run(scene)
    const allowed = [operation.done, ...(operation.repeated ?? [])]
    expect(allowed).toContain(again.status === operation.done ? again.status : again.code)
  }
  await scene.instance.latchkey.services.outbox.drain()
  await operation.after?.(scene)
  if (operation.ends) return
  const { made } = prepared
  if (made instanceof Browser) expect((await made.get('/me')).status).toBe(200)
  await goesOn(scene)
}

/** I5: no honest client is locked out by any single fault, now or after the leeway. */
async function goesOn({ ada, instance: { clock } }: Scene): Promise<void> {
  expect((await ada.refresh()).status).toBe(200)
  clock.advance(seconds(60))
  expect((await ada.refresh()).status).toBe(200)
}
