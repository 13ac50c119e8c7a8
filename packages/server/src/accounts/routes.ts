import { accountRoutes, minutes, type UserId } from '@latchkey/contract'
import type { Database } from '../db/database.ts'
import type { Audit } from '../core/audit/audit.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Limit, Limits } from '../core/limits/limits.ts'
import { normalizeEmail } from '../core/mail/address.ts'
import { mailsPerAddress } from '../core/limits/mails-per-address.ts'
import type { Outbox } from '../core/outbox/outbox.ts'
import type { Ports } from '../core/ports/ports.ts'
import { type Route, serve } from '../sessions/route.ts'
import type { SessionCookies } from '../sessions/cookies/session-cookies.ts'
import { toUser } from '../identity/users/account.ts'
import type { EmailProof } from './email-proof.ts'
import { createExport, type ExportOptions } from './export.ts'
import type { Users } from './service.ts'

export interface UserRoutesOptions extends ExportOptions {
  db: Database
  ports: Ports
  users: Users
  emailProof: EmailProof
  outbox: Outbox
  limits: Limits
  cookies: SessionCookies
  audit: Audit
  parseEmail: (text: string) => string
}

/** Mails that one account can have sent. */
const mailsPerAccount: Limit = { name: 'mails-per-account', most: 5, window: minutes(60) }
/** Each reads the whole activity. */
const exportsPerAccount: Limit = { name: 'exports-per-account', most: 10, window: minutes(60) }
const codesPerAccount: Limit = { name: 'codes-per-account', most: 10, window: minutes(60) }

export function createUserRoutes(options: UserRoutesOptions): Route[] {
  const { db, ports, users, emailProof, outbox, limits, cookies, audit } = options
  const exportAccount = createExport(options)

  return [
    serve(accountRoutes.getMe, async ({ caller }) => ({
      status: 200,
      body: toUser(await me(caller.claims.sub)),
    })),

    serve(accountRoutes.updateMe, async ({ caller, body, request }) => {
      const { name, locale } = body
      const change = { ...(name !== undefined && { name }), ...(locale !== undefined && { locale }) }
      await me(caller.claims.sub)
      const account = await users.change(caller.claims.sub, change)
      audit.record({
        kind: 'user.updated',
        userId: account.id,
        ...from(request),
        detail: { fields: Object.keys(change) },
      })
      return { status: 200, body: toUser(account) }
    }),

    serve(accountRoutes.deleteMe, async ({ caller, request }) => {
      await me(caller.claims.sub)
      const account = await users.remove(caller.claims.sub, { ip: request.ip })
      audit.record({ kind: 'user.deleted', userId: account.id, ...from(request) })
      return { status: 204, ...cookies.signedOut() }
    }),

    serve(accountRoutes.exportMe, async ({ caller, request }) => {
      const { sub, sid } = caller.claims
      const account = await me(sub)
      await limits.take(exportsPerAccount, account.id)
      const file = await exportAccount(account, sid)
      audit.record({ kind: 'user.exported', userId: account.id, sessionId: sid, ...from(request) })
      const day = new Date(ports.now()).toISOString().slice(0, 10)
      return new Response(file, {
        headers: {
          'content-type': 'application/json',
          'content-disposition': `attachment; filename="latchkey-export-${day}.json"`,
          'cache-control': 'no-store',
        },
      })
    }),

    serve(accountRoutes.sendVerification, async ({ caller }) => {
      const account = await me(caller.claims.sub)
      await limits.take(mailsPerAccount, account.id)
      if (account.emailVerifiedAt === null) await db.transaction((tx) => emailProof.send(tx, account))
      outbox.wake()
      return { status: 202 }
    }),

    serve(accountRoutes.changeEmail, async ({ caller, body, request }) => {
      const email = options.parseEmail(body.email)
      const { sub: userId, sid: sessionId } = caller.claims
      await me(userId)
      await limits.take(mailsPerAccount, userId)
      // Many accounts may name the same address, and each has its own limits.
      await limits.take(mailsPerAddress, normalizeEmail(email))
      await emailProof.requestChange({ userId, sessionId }, email, request.ip)
      return { status: 202 }
    }),

    serve(accountRoutes.confirmEmailChange, async ({ body, request, findHolder }) => {
      const holder = await findHolder()
      if (!holder) throw new AuthError('unauthenticated')
      await emailProof.confirmChange(body.token, holder, request.ip)
      return { status: 204 }
    }),

    serve(accountRoutes.undoEmailChange, async ({ body }) => {
      await emailProof.undoChange(body.token)
      return { status: 204 }
    }),

    serve(accountRoutes.listActivity, async ({ caller, query }) => {
      const items = await users.activity(caller.claims.sub, {
        before: query.cursor ?? null,
        limit: query.limit,
      })
      const nextCursor = items.length === query.limit ? (items.at(-1)?.id ?? null) : null
      return { status: 200, body: { items, nextCursor } }
    }),
  ]

  /** An access token may outlive its user by a moment. */
  async function me(id: UserId) {
    const account = await users.find(id)
    if (!account) throw new AuthError('token_revoked')
    return account
  }
}

export { codesPerAccount }

const from = ({ ip, userAgent }: { ip: string | null; userAgent: string | null }) => ({ ip, userAgent })
