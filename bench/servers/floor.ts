// The limit the others are held against: node:http, one prepared UPDATE … RETURNING and one ES256 signature.
// GROUPED=1 gathers the refreshes that arrive together into one commit. Of more sign-ins than PLACES the others are refused.

import { randomBytes } from 'node:crypto'
import { setImmediate as nextTick } from 'node:timers/promises'
import { hash, verify } from '@node-rs/argon2'
import { busy, serve } from './bare-http.ts'
import { signToken } from './es256.ts'
import { openFloorStore, type Rotation, type Row } from './floor-store.ts'

const store = await openFloorStore(process.env['DATABASE_URL'] ?? '')
const rotate = process.env['GROUPED'] === '1' ? groupRotations() : store.rotate
const argon2id = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const passwordHash = await hash('correct horse battery staple', argon2id)
const inTurn = semaphore(2)
const places = Number(process.env['PLACES'] ?? Infinity)
let inside = 0
const checkedTokens = new Set<string>()

serve({
  'GET /livez': () => ({}),
  'POST /seed': seed,
  'POST /refresh': refresh,
  'POST /login': login,
  'GET /me': (_, request) => (checkedTokens.has(request.headers.authorization ?? '') ? { user: 'me' } : null),
})

async function seed(body: string): Promise<unknown> {
  const ids = Array.from({ length: Number(body) }, () => randomBytes(16))
  await store.insert(ids)
  return ids.map((id) => tokensOf(id, { user_id: id, generation: 0 }))
}

function refresh(body: string): unknown {
  const token = Buffer.from((JSON.parse(body) as { refreshToken: string }).refreshToken, 'base64url')
  const id = token.subarray(0, 16)
  const row = rotate({ id, generation: token.readUInt32BE(16) })
  return row instanceof Promise ? row.then((found) => found && tokensOf(id, found)) : row && tokensOf(id, row)
}

function login(body: string): unknown {
  if (inside >= places) return busy
  inside++
  return signIn(body).finally(() => inside--)
}

async function signIn(body: string): Promise<unknown> {
  const { password } = JSON.parse(body) as { password: string }
  if (!(await inTurn(() => verify(passwordHash, password)))) return null
  const id = randomBytes(16)
  await store.insert([id])
  return tokensOf(id, { user_id: id, generation: 0 })
}

function tokensOf(id: Buffer, row: Row): object {
  const now = Math.floor(Date.now() / 1000)
  const sub = Buffer.from(row.user_id).toString('base64url')
  const accessToken = signToken({
    iss: 'floor',
    sub,
    aud: 'floor',
    sid: id.toString('base64url'),
    iat: now,
    exp: now + 900,
  })
  remember(`Bearer ${accessToken}`)
  const successor = Buffer.alloc(20)
  id.copy(successor)
  successor.writeUInt32BE(Number(row.generation), 16)
  return { accessToken, refreshToken: successor.toString('base64url') }
}

/** A bounded set; the oldest goes first. */
function remember(token: string): void {
  if (checkedTokens.size >= 10_000) checkedTokens.delete(checkedTokens.values().next().value ?? '')
  checkedTokens.add(token)
}

/** Whatever has arrived by the end of this tick, or while the commit before was under way, shares one commit. */
function groupRotations(): (rotation: Rotation) => Promise<Row | null> {
  let waiting: { rotation: Rotation; answer: PromiseWithResolvers<Row | null> }[] = []
  let draining = false
  const drain = async () => {
    await nextTick()
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      const rows = await store.rotateAll(group.map(({ rotation }) => rotation))
      group.forEach(({ answer }, index) => answer.resolve(rows[index] ?? null))
    }
    draining = false
  }
  return (rotation) => {
    const answer = Promise.withResolvers<Row | null>()
    waiting.push({ rotation, answer })
    if (!draining) {
      draining = true
      void drain()
    }
    return answer.promise
  }
}

function semaphore(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  const queue: (() => void)[] = []
  let free = places
  return async (work) => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => queue.push(resolve))
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next === undefined) free++
      else next()
    }
  }
}
