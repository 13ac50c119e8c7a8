import { hkdfSync, pbkdf2Sync, scryptSync } from 'node:crypto'
import { hash as argon2, type Algorithm, type Version, verify } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHashPool, type HashPool } from './hash-pool.ts'
import { createPasswordHash, isSupportedHash, type PasswordHash } from './password-hash.ts'

const password = 'Tr0ub4dor&3 grün'
const nfd = password.normalize('NFD')
const pepper = 'qH7xW2vT9bKz4RmYc8NfLdPs3JgUe6Ao'
const right = { ok: true, needsRehash: true }
const wrong = { ok: false, needsRehash: false }

describe('our own hashes', () => {
  test('are Argon2id with m=19456, t=2, p=1, salted, and current', async () => {
    const passwords = create()
    const [one, two] = [await passwords.hashPassword(password), await passwords.hashPassword(password)]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(one).not.toBe(two)
    expect(await passwords.verifyPassword(one, password)).toEqual({ ok: true, needsRehash: false })
    expect(await passwords.verifyPassword(one, `${password} `)).toEqual(wrong)
    expect(await passwords.verifyPassword(one, password.toLowerCase())).toEqual(wrong)
  })

  test('do not depend on how letters are composed, in either direction', async () => {
    const passwords = create()
    expect(nfd).not.toBe(password)
    expect(await passwords.verifyPassword(await passwords.hashPassword(password), nfd)).toMatchObject({
      ok: true,
    })
    expect(await passwords.verifyPassword(await passwords.hashPassword(nfd), password)).toMatchObject({
      ok: true,
    })
  })

  test('weaker Argon2 hashes are made anew, stronger ones are kept', async () => {
    const passwords = create()
    const of = (cost: Parameters<typeof argon2>[1]) => argon2(password, { algorithm: id, ...cost })
    const check = async (hash: string) => (await passwords.verifyPassword(hash, password)).needsRehash
    expect(await check(await of({ memoryCost: 19_455, timeCost: 2, parallelism: 1 }))).toBe(true)
    expect(await check(await of({ memoryCost: 19_456, timeCost: 1, parallelism: 1 }))).toBe(true)
    expect(await check(await of({ memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 16 }))).toBe(
      true,
    )
    expect(await check(await of({ algorithm: 1 as Algorithm }))).toBe(true)
    expect(await check(await of({ version: 0 as Version }))).toBe(true)
    expect(await check(await of({ memoryCost: 32_768, timeCost: 3, parallelism: 2 }))).toBe(false)
  })

  test('a password over 1024 characters is refused before it is hashed', async () => {
    const pool = counting()
    const passwords = createPasswordHash({ pool })
    await expect(passwords.hashPassword('x'.repeat(1025))).rejects.toThrow(TypeError)
    expect(await passwords.verifyPassword(passwords.dummyHash, 'x'.repeat(1025))).toEqual(wrong)
    expect(pool.runs).toBe(0)
  })

  test('every hash and every comparison goes through the pool', async () => {
    const pool = counting()
    const passwords = createPasswordHash({ pool })
    await passwords.verifyPassword(await passwords.hashPassword(password), password)
    await passwords.verifyPassword(await bcrypt(password, { cost: 4 }), password)
    await passwords.verifyPassword(passwords.dummyHash, password)
    await passwords.verifyPassword('nonsense', password)
    expect(pool.runs).toBe(5)
  })

  test('the dummy is a current hash that no password has', async () => {
    const passwords = create()
    expect(passwords.dummyHash.replace(/\$[^$]+\$[^$]+$/, '')).toBe('$argon2id$v=19$m=19456,t=2,p=1')
    for (const guess of ['', password, passwords.dummyHash]) {
      expect(await passwords.verifyPassword(passwords.dummyHash, guess)).toEqual(wrong)
    }
    expect(create().dummyHash).not.toBe(passwords.dummyHash)
  })
})

describe('published vectors', () => {
  test.each([
    ['$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA', 'password'],
    ['$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', 'password'],
    ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 'U*U'],
    ['$pbkdf2-sha256$8000$XAuBMIYQQogxRg$tRRlz8hYn63B9LYiCd6PRo6FMiunY9ozmMMI3srxeRE', 'password'],
    ['$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E', 'password'],
  ])('%s', async (hash, password) => {
    expect(isSupportedHash(hash)).toBe(true)
    expect(await create().verifyPassword(hash, password)).toEqual(right)
    expect(await create().verifyPassword(hash, `${password}x`)).toEqual(wrong)
  })
})

describe('foreign hashes', () => {
  test.each([
    [0, 'd', 1, 19],
    [1, 'i', 0, 16],
    [2, 'id', 1, 19],
  ] as [Algorithm, string, Version, number][])(
    'Argon2, kind %i (%s), version %i (%i)',
    async (algorithm, ...rest) => {
      const [kind, version, number] = rest
      const cost = { memoryCost: 1024, timeCost: 3, parallelism: 2 }
      const hash = await argon2(password, { algorithm, version, ...cost })
      expect(hash).toContain(`$argon2${kind}$v=${number}$`)
      await expectForeign(hash)
    },
  )

  test.each(['2a', '2b', '2y'] as const)('bcrypt $%s$', async (version) => {
    await expectForeign(await bcrypt(password, { cost: 4, version }))
  })

  test('bcrypt counts 72 bytes of a password, as its origin did', async () => {
    const long = 'é'.repeat(40)
    const hash = await bcrypt(long, { cost: 4 })
    expect(await create().verifyPassword(hash, long)).toEqual(right)
    expect(await create().verifyPassword(hash, `${'é'.repeat(36)} anything`)).toEqual(right)
    expect(await create().verifyPassword(hash, 'é'.repeat(35))).toEqual(wrong)
  })

  test.each([
    { ln: 4, r: 8, p: 1 },
    { ln: 14, r: 8, p: 3 },
  ])('scrypt %j', async ({ ln, r, p }) => {
    const salt = Buffer.from('some salt of any length?')
    const key = scryptSync(password, salt, 32, { N: 2 ** ln, r, p, maxmem: 2 ** 28 })
    await expectForeign(`$scrypt$ln=${ln},r=${r},p=${p}$${phc(salt)}$${phc(key)}`)
  })

  test.each(['sha1', 'sha256', 'sha512'])(
    'PBKDF2 with %s, in the PHC spelling and in that of passlib',
    async (digest) => {
      const salt = Buffer.from([0xfb, 0xff, 0xbf, 1, 2, 3, 4, 5])
      const key = pbkdf2Sync(password, salt, 1000, 40, digest)
      await expectForeign(`$pbkdf2-${digest}$i=1000$${phc(salt)}$${phc(key)}`)
      await expectForeign(`$pbkdf2-${digest}$i=1000,l=40$${phc(salt)}$${phc(key)}`)
      await expectForeign(`$pbkdf2-${digest}$1000$${ab64(salt)}$${ab64(key)}`)
    },
  )

  test('a hash of what was typed verifies, though it was not brought to NFC', async () => {
    const hash = await bcrypt(nfd, { cost: 4 })
    expect(await create().verifyPassword(hash, nfd)).toEqual(right)
    expect(await create().verifyPassword(hash, password)).toEqual(wrong)
  })

  async function expectForeign(hash: string) {
    const passwords = create()
    expect(isSupportedHash(hash)).toBe(true)
    expect(await passwords.verifyPassword(hash, password)).toEqual(right)
    expect(await passwords.verifyPassword(hash, 'another')).toEqual(wrong)
  }
})

describe('what is not a hash that we know', () => {
  const salt = phc(Buffer.alloc(16, 1))
  const key = phc(Buffer.alloc(32, 2))
  const unsupported = [
    '',
    'password',
    '$',
    password,
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=',
    '$1$salt$qJH7.N4xYta3aEG/dfqo/0',
    '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjlO/O817G3uBnIFNjnQJuesI68OTLiBFdcbYEdFCoEOfaS35inz1',
    // bcrypt: too cheap, too costly, the broken variant, shortened, continued
    `$2b$03$${'a'.repeat(53)}`,
    `$2b$17$${'a'.repeat(53)}`,
    `$2b$31$${'a'.repeat(53)}`,
    `$2x$10$${'a'.repeat(53)}`,
    `$2b$10$${'a'.repeat(52)}`,
    `$2b$10$${'a'.repeat(53)}\n`,
    // Argon2: no version, too much memory, too much work, no passes, too little memory, short hash, bad base64, a keyid
    `$argon2id$m=19456,t=2,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=1048577,t=1,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=1048576,t=5,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=1024,t=9999,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=19456,t=0,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=19456,t=2,p=0$${salt}$${key}`,
    `$argon2id$v=19$m=7,t=2,p=1$${salt}$${key}`,
    `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${phc(Buffer.alloc(15))}`,
    `$argon2id$v=19$m=19456,t=2,p=1$${salt}$${key.slice(0, -1)}/`,
    `$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAAAA$${salt}$${key}`,
    // scrypt
    `$scrypt$ln=21,r=1,p=1$${salt}$${key}`,
    `$scrypt$ln=0,r=8,p=1$${salt}$${key}`,
    `$scrypt$ln=20,r=9,p=1$${salt}$${key}`,
    `$scrypt$ln=14,r=0,p=1$${salt}$${key}`,
    `$scrypt$ln=20,r=8,p=5$${salt}$${key}`,
    `$scrypt$ln=14,r=8,p=0$${salt}$${key}`,
    `$scrypt$ln=14,r=8,p=1$${salt}$AA`,
    `$scrypt$ln=14,r=8,p=1$$${key}`,
    // PBKDF2
    `$pbkdf2-sha256$i=10000001$${salt}$${key}`,
    `$pbkdf2-sha256$i=10000000$${salt}$${phc(Buffer.alloc(33))}`,
    `$pbkdf2-sha256$i=0$${salt}$${key}`,
    `$pbkdf2-sha256$i=1000,l=16$${salt}$${key}`,
    `$pbkdf2-md5$i=1000$${salt}$${key}`,
    `$pbkdf2-sha256$i=1000$${salt}$AA`,
  ]

  test.each(unsupported)('%j never passes, is not imported and costs no more than a dummy', async (hash) => {
    expect(isSupportedHash(hash)).toBe(false)
    const pool = counting()
    const fault = hash.includes('keyid') ? 'unknown_pepper' : 'unsupported_hash'
    for (const guess of ['', 'password', hash]) {
      expect(await createPasswordHash({ pool }).verifyPassword(hash, guess)).toEqual({ ...wrong, fault })
    }
    expect(pool.runs).toBe(3)
  })

  test('no text throws or passes', async () => {
    const passwords = createPasswordHash({ pool: instant })
    const pieces = fc.constantFrom(
      '$',
      'argon2id',
      '2b',
      'scrypt',
      'pbkdf2-sha256',
      'v=19',
      'i=1',
      'ln=1,r=1,p=1',
      '10',
      salt,
      key,
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((list) => list.join('$')),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (hash) => {
        expect((await passwords.verifyPassword(hash, password)).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('with a pepper', () => {
  test('new hashes name the pepper and need it', async () => {
    const peppered = create(pepper)
    const hash = await peppered.hashPassword(password)
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=[A-Za-z0-9+/]{8}\$/)
    expect(hash).not.toContain(pepper)
    expect(await peppered.verifyPassword(hash, password)).toEqual({ ok: true, needsRehash: false })
    expect(await peppered.verifyPassword(hash, 'another')).toEqual(wrong)
    const fault = { ...wrong, fault: 'unknown_pepper' }
    expect(await create().verifyPassword(hash, password)).toEqual(fault)
    expect(await create(`${pepper}x`).verifyPassword(hash, password)).toEqual(fault)
    // The mark alone, without the key in the hash, is worth nothing.
    expect(await create().verifyPassword(hash.replace(/,keyid=[^$]+/, ''), password)).toEqual(wrong)
  })

  test('the key and its id are derived separately, and always in the same way', async () => {
    const derive = (purpose: string, bytes: number) =>
      Buffer.from(hkdfSync('sha256', pepper, '', purpose, bytes))
    const hash = await create(pepper).hashPassword(password)
    expect(hash).toContain(`,keyid=${derive('latchkey password pepper id', 6).toString('base64')}$`)
    expect(await verify(hash, password, { secret: derive('latchkey password pepper key', 32) })).toBe(true)
  })

  test('older hashes without it still verify, and are made anew', async () => {
    const hash = await create().hashPassword(password)
    expect(await create(pepper).verifyPassword(hash, password)).toEqual(right)
    expect(await create(pepper).verifyPassword(hash, 'another')).toEqual(wrong)
    expect(await create(pepper).verifyPassword(await bcrypt(password, { cost: 4 }), password)).toEqual(right)
  })
})

test('five hundred sign-ins at once: what does not fit is refused before any hash is done, the rest is right', async () => {
  const pool = createHashPool({ concurrency: 2, queue: 20 })
  const passwords = createPasswordHash({ pool })
  const hash = await passwords.hashPassword(password)
  const order: ('refused' | 'hashed')[] = []
  const sign = () =>
    passwords.verifyPassword(hash, password).then(
      ({ ok }) => order.push(ok ? 'hashed' : 'refused'),
      () => order.push('refused'),
    )
  await Promise.all(Array.from({ length: 500 }, sign))
  expect(order.slice(0, 478)).toEqual(Array.from({ length: 478 }, () => 'refused'))
  expect(order.slice(478)).toEqual(Array.from({ length: 22 }, () => 'hashed'))
})

// `Algorithm` is a const enum without a run-time value.
const id: Algorithm = 2

const instant: Pick<HashPool, 'run'> = { run: (work) => work() }

const create = (pepper: string | null = null): PasswordHash =>
  createPasswordHash({ pool: createHashPool(), pepper })

function counting() {
  const pool = {
    runs: 0,
    running: 0,
    waiting: 0,
    run: <Result>(work: () => Promise<Result>) => (pool.runs++, work()),
  }
  return pool
}

function phc(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

const ab64 = (bytes: Buffer): string => phc(bytes).replaceAll('+', '.')
