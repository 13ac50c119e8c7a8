import { startVitest, type TestCase } from 'vitest/node'

interface Drill {
  about: string
  files: string[]
  /** A pattern of the tests' names, where not all of the files belong to it. */
  named?: string
}

const drills: Record<string, Drill> = {
  failover: {
    about: 'a standby of PostgreSQL takes over, asynchronous and synchronous',
    files: ['test/faults/failover.long.test.ts'],
  },
  restore: {
    about: 'an old backup is put back and fenced',
    files: ['test/faults/restored.test.ts', 'packages/server/src/cli/backup.test.ts'],
  },
  'disk-full': {
    about: 'the disk is full, under SQLite and under PostgreSQL',
    files: ['test/faults/disk-full.test.ts'],
  },
  clock: {
    about: "the machine's clock is wrong, jumps, or was ahead for a moment",
    files: [
      'packages/server/src/core/ports/database-clock.test.ts',
      'test/faults/clock.test.ts',
      'test/faults/clock-of-a-machine.long.test.ts',
    ],
  },
  'database-away': {
    about: 'PostgreSQL is stopped or swallows every packet, and comes back',
    files: [
      'test/faults/database-away.long.test.ts',
      'test/faults/database-back.long.test.ts',
      'test/faults/database-slow.long.test.ts',
    ],
  },
  pooler: {
    about: 'PgBouncer stands before PostgreSQL, in session and in transaction mode',
    files: ['packages/server/src/db/postgres/postgres.test.ts', 'test/faults/database-slow.long.test.ts'],
    named: 'PgBouncer',
  },
}

const name = process.argv[2]
const drill = name !== undefined && Object.hasOwn(drills, name) ? drills[name] : undefined
if (drill) process.exitCode = await run(drill)
else {
  if (name !== undefined) console.error(`There is no drill ${name}.`)
  console.error('npm run drill -- NAME, where NAME is one of:')
  for (const [each, { about }] of Object.entries(drills)) console.error(`  ${each.padEnd(13)} ${about}`)
  process.exitCode = 2
}

/** Returns the exit code: 0 only if all that belongs to the drill was tried on this machine, and held. */
async function run({ files, named }: Drill): Promise<number> {
  const vitest = await startVitest('test', files, {
    watch: false,
    reporters: ['verbose'],
    ...(named !== undefined && { testNamePattern: named }),
  })
  const tried = vitest.state
    .getTestModules()
    .flatMap((module) => [...module.children.allTests()])
    .filter(({ fullName }) => named === undefined || fullName.includes(named))
  await vitest.close()
  console.log('\nSeen:')
  for (const test of tried) console.log(`  ${outcomeOf(test)}  ${test.fullName}`)
  const holds = tried.length > 0 && tried.every((test) => test.ok() && test.result().state === 'passed')
  console.log(holds ? 'All of it held.' : 'Not all of it was tried and held.')
  return holds ? 0 : 1
}

function outcomeOf(test: TestCase): string {
  const words = { passed: 'held   ', failed: 'FAILED ', skipped: 'SKIPPED', pending: 'PENDING' }
  return words[test.result().state]
}
