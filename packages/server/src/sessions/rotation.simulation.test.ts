import { expect, test } from 'vitest'
import { hours, minutes, seconds } from '@latchkey/contract'
import { decideRefresh, type Presented, type RefreshDecision, type RotationState } from './rotation.ts'

/*
 * Honest browsers in bad weather: tabs that share a cookie jar and an attempt id, answers that are lost or late,
 * hours offline, commits that the database loses, step-ups. Nobody may be signed out. Then each clause of the
 * protocol is taken away in turn, and somebody must be: a clause that can go without harm has no reason to be there.
 */

interface Protocol {
  /** The decision of the server; variants weaken what it sees. */
  decide: (row: RotationState, presented: Presented, now: number) => RefreshDecision
  /** A retry within the leeway has its attempt id stored. */
  keepsAttempts: boolean
  /** A retry by attempt starts the leeway afresh. */
  restartsLeeway: boolean
  /** Two cookies, by the parity of the generation. */
  cookies: 1 | 2
  /** All tabs of the browser repeat the same attempt id. */
  sharesAttempts: boolean
  /** The client forgets its attempt only when a newer generation has arrived. */
  keepsAttemptUntilNewer: boolean
  /** A step-up stores the attempt id of its request. */
  fenceRemembersAttempt: boolean
  /** A step-up with a predecessor is answered "refresh first". */
  fencesOnlyThePresent: boolean
}

const leeway = seconds(30)

interface Weather {
  /** True if clients send attempt ids; a first try after a page load may still go without. */
  attempts: boolean
  /** Hours without a connection. */
  outages: boolean
}

const rough: Weather = { attempts: true, outages: true }
const fair: Weather = { attempts: false, outages: false }

const whole: Protocol = {
  decide: (row, presented, now) => decideRefresh(row, presented, now, { leeway }),
  keepsAttempts: true,
  restartsLeeway: true,
  cookies: 2,
  sharesAttempts: true,
  keepsAttemptUntilNewer: true,
  fenceRemembersAttempt: true,
  fencesOnlyThePresent: true,
}

test('of 400 browsers in bad weather nobody is signed out', () => {
  const { signedOut, presentations } = simulate(whole, 400, rough)
  expect(presentations).toBeGreaterThan(100_000)
  expect(signedOut).toEqual([])
})

test('of 200 browsers that send no attempts, and retry at once, nobody is signed out', () => {
  expect(simulate(whole, 200, fair).signedOut).toEqual([])
})

test('without the leeway those are signed out', () => {
  const strict: Protocol = {
    ...whole,
    decide: (row, presented, now) => decideRefresh(row, presented, now, { leeway: seconds(0) }),
  }
  expect(simulate(strict, 200, fair).signedOut.length).toBeGreaterThan(0)
})

const weakened: Record<string, Partial<Protocol>> = {
  'the attempt id on the server': {
    decide: (row, presented, now) => whole.decide(row, { ...presented, attemptMatches: false }, now),
  },
  'keeping the attempt of a retry': { keepsAttempts: false },
  'starting the leeway afresh': { restartsLeeway: false },
  'the second cookie': { cookies: 1 },
  'sharing the attempt between tabs': { sharesAttempts: false },
  'keeping the attempt until a newer generation': { keepsAttemptUntilNewer: false },
  'the attempt of a fence': { fenceRemembersAttempt: false },
  'fences above the present generation only': { fencesOnlyThePresent: false },
  'fast-forward': {
    decide: (row, presented, now) =>
      presented.generation > row.generation ? { outcome: 'reuse' } : whole.decide(row, presented, now),
  },
  'superseded after a fence': {
    decide: (row, presented, now) => {
      const decision = whole.decide(row, presented, now)
      return decision.outcome === 'superseded' ? { outcome: 'reuse' } : decision
    },
  },
}

test.each(Object.entries(weakened))('without %s an honest user is signed out', (_, weakening) => {
  expect(simulate({ ...whole, ...weakening }, 400, rough).signedOut.length).toBeGreaterThan(0)
})

test('a thief who goes on refreshing is noticed at the first use outside the leeway', () => {
  const rounds = Array.from({ length: 500 }, (_, seed) => theft(createRandom(seed)))
  expect(rounds.every((uses) => uses <= 2)).toBe(true)
})

/** Owner and thief hold the same token; returns after how many uses outside the leeway one of them was noticed. */
function theft(random: Random): number {
  const server = createServer(whole)
  let now = random.between(0, hours(1))
  const holders = [0, 0]
  for (let uses = 1; ; uses++) {
    now += leeway + random.between(seconds(1), minutes(20))
    const who = uses % 2
    const answer = server.refresh(holders[who] as number, `attempt ${uses}`, now)
    if (answer === null) return uses
    holders[who] = answer
  }
}

interface Simulation {
  /** Seeds of the browsers whose user was signed out. */
  signedOut: number[]
  presentations: number
}

function simulate(protocol: Protocol, browsers: number, weather: Weather): Simulation {
  const signedOut: number[] = []
  let presentations = 0
  for (let seed = 1; seed <= browsers; seed++) {
    const life = liveOneWeek(protocol, weather, createRandom(seed))
    presentations += life.presentations
    if (life.signedOut) signedOut.push(seed)
  }
  return { signedOut, presentations }
}

type Server = ReturnType<typeof createServer>

function createServer(protocol: Protocol) {
  let row: RotationState & { attemptId: string | null } = {
    generation: 0,
    rotatedAt: 0,
    fencedAt: null,
    attempt: null,
    attemptId: null,
    revokedAt: null,
    expiresAt: Infinity,
    idleTtl: hours(24 * 7),
    userDisabled: false,
  }
  let lastRefresh = row

  return { refresh, stepUp, loseCommit }

  /** The generation of the answer; null when the session was ended for reuse. */
  function refresh(generation: number, attemptId: string | null, now: number): number | null {
    if (generation === row.generation && (generation === 0 || row.rotatedAt < now - leeway)) {
      lastRefresh = row
      row = { ...row, generation: generation + 1, rotatedAt: now, attemptId }
      return row.generation
    }
    const presented: Presented = {
      generation,
      secretMatches: true,
      clientMatches: true,
      attemptMatches: attemptId !== null && row.attemptId === attemptId,
      binding: 'none',
    }
    return applyDecision(protocol.decide(row, presented, now), attemptId, now)
  }

  function applyDecision(decision: RefreshDecision, attemptId: string | null, now: number): number | null {
    switch (decision.outcome) {
      case 'reuse':
      case 'refused':
        return null
      case 'retry':
        if (decision.restartLeeway && protocol.restartsLeeway) row = { ...row, rotatedAt: now }
        if (!decision.restartLeeway && protocol.keepsAttempts && attemptId) row = { ...row, attemptId }
        return row.generation
      case 'fast_forward':
        row = { ...row, generation: decision.generation, rotatedAt: now, attemptId }
        return row.generation
      case 'rotate':
      case 'current':
      case 'superseded':
        return row.generation
    }
  }

  /** Null asks the client to refresh first. */
  function stepUp(generation: number, attemptId: string, now: number): number | null {
    if (row.generation > generation && protocol.fencesOnlyThePresent) return null
    row = {
      ...row,
      generation: Math.max(row.generation, generation) + 1,
      rotatedAt: now,
      fencedAt: now,
      attemptId: protocol.fenceRemembersAttempt ? attemptId : null,
    }
    // A fence is durable: nothing before it can be lost any more.
    lastRefresh = row
    return row.generation
  }

  function loseCommit(): void {
    row = lastRefresh
  }
}

/** One browser with up to four tabs, for a week; events in the order of their time. */
function liveOneWeek(
  protocol: Protocol,
  weather: Weather,
  random: Random,
): { signedOut: boolean; presentations: number } {
  const server: Server = createServer(protocol)
  const jar = new Map<number, number>([[0, 0]])
  const attempts = new Map<number, { id: string; generation: number }>()
  const queue = createQueue()
  const tabs = random.between(1, 4)
  const end = hours(24 * 7)
  let newest = 0
  let offlineUntil = 0
  /** A try without an attempt id is under way: it has the leeway alone, so the connection holds that long. */
  let bareUntil = 0
  let presentations = 0
  let signedOut = false

  for (let tab = 0; tab < tabs; tab++)
    queue.add(random.between(0, minutes(15)), (now) => refreshDue(tab, now))
  if (weather.outages) queue.add(random.between(0, hours(3)), goOffline)
  queue.add(random.between(0, hours(12)), losesCommit)
  queue.add(random.between(0, hours(8)), stepsUp)
  queue.runUntil(end, () => signedOut)
  return { signedOut, presentations }

  function refreshDue(tab: number, now: number): void {
    send(tab, now, 1)
    queue.add(now + minutes(15) * (0.9 + random.next() * 0.1), (later) => refreshDue(tab, later))
  }

  function send(tab: number, now: number, tries: number): void {
    const generation = newest
    const bare = !weather.attempts || (tabs === 1 && attempts.size === 0 && random.next() < 0.05)
    const attempt = bare ? null : attemptFor(tab)
    bareUntil = bare ? now + leeway : 0
    // Sends what the jar holds now; the server takes the highest.
    const presented = Math.max(...jar.values())
    const arrives = now + random.between(5, 500)
    if (now < offlineUntil) {
      retryLater(tab, offlineUntil, tries, generation)
      return
    }
    queue.add(arrives, (at) => {
      presentations++
      const answered = server.refresh(presented, attempt, at)
      if (answered === null) {
        signedOut = true
        return
      }
      deliver(tab, at, tries, generation, answered)
    })
  }

  /** 15 % of the answers are lost, some with the connection for hours; some are seconds late. */
  function deliver(tab: number, at: number, tries: number, generation: number, answered: number): void {
    if (random.next() < 0.15) {
      if (weather.outages && at >= bareUntil && random.next() < 0.2)
        offlineUntil = at + random.between(seconds(10), hours(6))
      const backOff = weather.attempts ? seconds(2 ** Math.min(tries, 5)) : seconds(1)
      retryLater(tab, Math.max(at, offlineUntil) + backOff, tries, generation)
      return
    }
    const late = random.next() < 0.1 ? random.between(0, seconds(20)) : random.between(5, 500)
    queue.add(at + late, () => keep(tab, answered))
  }

  function retryLater(tab: number, when: number, tries: number, generation: number): void {
    queue.add(when + random.between(0, seconds(3)), (now) => {
      // Dropped when another tab has moved on.
      if (newest === generation) send(tab, now, tries + 1)
    })
  }

  function keep(tab: number, answered: number): void {
    jar.set(protocol.cookies === 2 ? answered % 2 : 0, answered)
    const owner = protocol.sharesAttempts ? 0 : tab
    const attempt = attempts.get(owner)
    if (!protocol.keepsAttemptUntilNewer || (attempt && answered > attempt.generation)) attempts.delete(owner)
    newest = Math.max(newest, answered)
  }

  /** Stored before it is sent, repeated on every try of that refresh, by whichever tab. */
  function attemptFor(tab: number): string {
    const owner = protocol.sharesAttempts ? 0 : tab
    const known = attempts.get(owner)
    if (known) return known.id
    const made = { id: `${random.next()}`, generation: newest }
    attempts.set(owner, made)
    return made.id
  }

  function goOffline(now: number): void {
    if (now < bareUntil) {
      queue.add(bareUntil, goOffline)
      return
    }
    offlineUntil = now + random.between(seconds(20), hours(8))
    queue.add(offlineUntil + random.between(minutes(20), hours(5)), goOffline)
  }

  function losesCommit(now: number): void {
    server.loseCommit()
    queue.add(now + random.between(hours(2), hours(24)), losesCommit)
  }

  function loseConnection(at: number): void {
    if (!weather.outages) queue.add(at + seconds(1), (now) => send(0, now, 1))
    else if (at >= bareUntil) offlineUntil = Math.max(offlineUntil, at + random.between(0, hours(1)))
  }

  /** Waits for refreshes under way by not starting while offline; its answer may be lost as any other. */
  function stepsUp(now: number): void {
    if (now >= offlineUntil) {
      const attempt = attemptFor(0)
      const presented = Math.max(...jar.values())
      queue.add(now + random.between(5, 500), (at) => {
        const answered = server.stepUp(presented, attempt, at)
        if (answered === null) send(0, at, 1)
        else if (random.next() < 0.15) loseConnection(at)
        else queue.add(at + random.between(5, 500), () => keep(0, answered))
      })
    }
    queue.add(now + random.between(hours(1), hours(10)), stepsUp)
  }
}

function createQueue() {
  const events: { at: number; run: (now: number) => void }[] = []
  return {
    add(at: number, run: (now: number) => void): void {
      let index = events.length
      while (index > 0 && (events[index - 1] as { at: number }).at < at) index--
      events.splice(index, 0, { at, run })
    },
    runUntil(end: number, stop: () => boolean): void {
      for (let event = events.pop(); event && event.at < end && !stop(); event = events.pop())
        event.run(event.at)
    },
  }
}

interface Random {
  next: () => number
  between: (least: number, most: number) => number
}

/** mulberry32: small, seeded, good enough for weather. */
function createRandom(seed: number): Random {
  let state = seed * 0x9e3779b9
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return { next, between: (least, most) => Math.floor(least + next() * (most - least + 1)) }
}
