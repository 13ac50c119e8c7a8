import { defineRoute, provenAgain } from '@latchkey/contract'
import { z } from 'zod'
import { AuthError, type MethodServices, type Route, serve } from '../../../packages/server/src/index.ts'
import { chosen } from './mails.ts'
import { removeWord, saveWord } from './store.ts'

const about = { access: 'bearer', asks: provenAgain, tag: 'Spoken word' } as const
const done = { 204: { description: 'Done.' } }

export const choose = defineRoute({
  ...about,
  id: 'chooseSpokenWord',
  method: 'POST',
  path: '/spoken-word',
  summary: 'Choose the word that is asked for',
  body: z.strictObject({ word: z.string().min(3).max(50) }),
  answers: done,
  errors: [],
})

export const forget = defineRoute({
  ...about,
  id: 'forgetSpokenWord',
  method: 'POST',
  path: '/spoken-word/forget',
  summary: 'Have no word asked for any more',
  answers: done,
  errors: ['factor_not_found'],
})

export const createSpokenWordRoutes = ({
  db,
  ports,
  users,
  mails,
  outbox,
}: Pick<MethodServices, 'db' | 'ports' | 'users' | 'mails' | 'outbox'>): Route[] => [
  serve(choose, async ({ caller, body, request }) => {
    const account = await users.get(caller.claims.sub)
    const told = { account, at: ports.now(), ip: request.ip, notice: chosen }
    await db.transaction(async (tx) => {
      await saveWord(tx, account.id, body.word)
      await outbox.mail(tx, mails.credentialChanged(told))
    })
    outbox.wake()
    return { status: 204 }
  }),
  serve(forget, async ({ caller }) => {
    if (!(await removeWord(db, caller.claims.sub))) throw new AuthError('factor_not_found')
    return { status: 204 }
  }),
]
