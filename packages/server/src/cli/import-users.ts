import { schemas } from '@latchkey/contract'
import { z } from 'zod'
import { normalizeEmail, parseEmailAddress } from '../core/mail/address.ts'
import { sayIssue } from '../core/request/say-issue.ts'
import { findAccountByEmail } from '../identity/users/store.ts'
import type { Services } from '../services/create-services.ts'
import { type Queryable, UniqueViolation } from '../db/database.ts'
import { isSupportedHash } from '../methods/password/password-hash.ts'
import { insertUser, readRoleNames } from '../features/import/insert-user.ts'
import { type JsonText, splitJsonValues } from './json-values.ts'

/** The result of an import. */
export interface ImportReport {
  created: number
  /** Their address was there already; nothing of theirs was changed. */
  skipped: number
  faulty: { line: number; message: string }[]
}

export interface ImportOptions {
  /** Looks at everything and writes nothing. */
  dryRun: boolean
}

const record = z.strictObject({
  email: schemas.email,
  name: schemas.text(200).nullable().default(null),
  locale: schemas.locale.nullable().default(null),
  emailVerified: z.boolean().default(false),
  passwordHash: z
    .string()
    .refine(isSupportedHash, 'is none of bcrypt, scrypt, PBKDF2 and Argon2 in a form that can be checked')
    .nullable()
    .default(null),
  roles: z.array(schemas.roleName).max(50).default([]),
})

type Importing = Pick<Services, 'db' | 'ports' | 'newAccounts' | 'addressUndo'>

interface Candidate extends z.infer<typeof record> {
  line: number
}

/** Users of one transaction. */
const batchSize = 500
/** Somebody may register an address between our look and our write; the second look sees them. */
const attempts = 3

/** Reads users from JSON lines or a JSON array and adds those that do not exist yet. May be repeated. */
export async function importUsers(
  services: Importing,
  chunks: AsyncIterable<string>,
  { dryRun }: ImportOptions,
): Promise<ImportReport> {
  const report: ImportReport = { created: 0, skipped: 0, faulty: [] }
  let batch: Candidate[] = []
  for await (const json of splitJsonValues(chunks)) {
    const candidate = parse(json)
    if ('message' in candidate) report.faulty.push(candidate)
    else batch.push(candidate)
    if (batch.length < batchSize) continue
    await write(batch)
    batch = []
  }
  await write(batch)
  report.faulty.sort((a, b) => a.line - b.line)
  return report

  async function write(candidates: readonly Candidate[]): Promise<void> {
    if (candidates.length === 0) return
    const outcome = await repeatOnConflict(() =>
      services.db.transaction((tx) => writeBatch(services, tx, candidates, dryRun)),
    )
    report.created += outcome.created
    report.skipped += outcome.skipped
    report.faulty.push(...outcome.faulty)
  }
}

function parse({ line, text }: JsonText): Candidate | { line: number; message: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { line, message: 'is not JSON' }
  }
  const result = record.safeParse(value, { error: sayIssue })
  if (!result.success) return { line, message: result.error.issues.map(sentenceOf).join('; ') }
  const email = parseEmailAddress(result.data.email)
  return email === null
    ? { line, message: 'email: must be one e-mail address' }
    : { ...result.data, email, line }
}

/** Names the field and never shows the value: it may be a hash. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')}: unknown; known are ${Object.keys(record.shape).join(', ')}`
  }
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`
}

async function writeBatch(
  services: Importing,
  tx: Queryable,
  candidates: readonly Candidate[],
  dryRun: boolean,
): Promise<ImportReport> {
  const report: ImportReport = { created: 0, skipped: 0, faulty: [] }
  const roleNames = await readRoleNames(tx)
  for (const { line, emailVerified, passwordHash: hash, ...user } of candidates) {
    const unknown = user.roles.find((role) => !roleNames.has(role))
    if (unknown !== undefined) {
      report.faulty.push({ line, message: `roles: there is no role ${unknown}` })
      continue
    }
    if (await findAccountByEmail(tx, normalizeEmail(user.email))) {
      report.skipped++
      continue
    }
    if (await services.addressUndo.isReserved(tx, user.email)) {
      report.faulty.push({ line, message: 'email: its last owner may still take it back' })
      continue
    }
    if (!dryRun) await insertUser(services, tx, { ...user, isVerified: emailVerified, hash })
    report.created++
  }
  return report
}

async function repeatOnConflict<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof UniqueViolation) || attempt === attempts) throw error
    }
  }
}
