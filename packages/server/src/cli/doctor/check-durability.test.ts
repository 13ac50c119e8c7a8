import { expect, test } from 'vitest'
import { loadConfig } from '../../config/load-config.ts'
import { decidePostgres } from './check-durability.ts'
import type { PostgresState } from './store.ts'

const sound: PostgresState = {
  fsync: true,
  fullPageWrites: true,
  synchronousStandbys: '',
  mostConnections: 100,
  connections: 10,
  standbys: 0,
}

const decide = (state: Partial<PostgresState>, nodeEnv: 'development' | 'production') => {
  const config = loadConfig({
    env: {},
    file: null,
    options: { nodeEnv, publicUrl: 'https://auth.example.com', secret: 'x9Kq2mZ7vLp4RtW8sBn6Yc3HdF5jG1aQ' },
  })
  return decidePostgres({ ...sound, ...state }, config).map(({ check, status, sentence }) => ({
    check,
    status,
    sentence,
  }))
}

const cases: [
  name: string,
  state: Partial<PostgresState>,
  check: string,
  status: [string, string],
  said: string,
][] = [
  ['nothing switched off', {}, 'durability', ['ok', 'ok'], 'are on'],
  ['fsync off', { fsync: false }, 'durability', ['warn', 'fail'], 'fsync of PostgreSQL is off'],
  [
    'half pages',
    { fullPageWrites: false },
    'durability',
    ['warn', 'fail'],
    'full_page_writes of PostgreSQL is off',
  ],
  ['no standby', {}, 'replication', ['ok', 'ok'], 'There is no standby'],
  ['an asynchronous one', { standbys: 1 }, 'replication', ['ok', 'ok'], 'follow asynchronously'],
  [
    'a synchronous one',
    { standbys: 1, synchronousStandbys: 'b' },
    'replication',
    ['ok', 'ok'],
    'Commits wait for',
  ],
  [
    'a synchronous one that is away',
    { synchronousStandbys: 'b' },
    'replication',
    ['fail', 'fail'],
    'none is connected',
  ],
  ['connections left', { connections: 89 }, 'connections', ['ok', 'ok'], '89 of 100'],
  ['hardly any left', { connections: 90 }, 'connections', ['warn', 'warn'], '90 of 100'],
]

test.each(cases)('PostgreSQL with %s', (_, state, check, [inDevelopment, inProduction], said) => {
  for (const [nodeEnv, status] of [
    ['development', inDevelopment],
    ['production', inProduction],
  ] as const)
    expect(decide(state, nodeEnv).find((finding) => finding.check === check)).toEqual({
      check,
      status,
      sentence: expect.stringContaining(said) as unknown,
    })
})
