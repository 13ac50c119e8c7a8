import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { defineRoute, provenAgain } from '@latchkey/contract'
import { z } from 'zod'
import {
  defineMethod,
  defineWords,
  findOne,
  formPages,
  html,
  type MethodPages,
  serve,
  type Site,
  statement,
} from '../../packages/server/src/index.ts'
import { must } from './must.ts'

const enrol = defineRoute({
  id: 'enrolHotp',
  method: 'POST',
  path: '/hotp',
  access: 'bearer',
  asks: provenAgain,
  tag: 'Hardware token',
  summary: 'Enrol a token that counts; the secret is shown once',
  answers: { 201: { description: 'The secret.', body: z.object({ secret: z.string() }) } },
  errors: [],
})

const find = statement('SELECT secret, counter FROM hotp WHERE user_id = :userId')
const save = statement(`INSERT INTO hotp (user_id, secret, counter) VALUES (:userId, :secret, 0)
  ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, counter = 0`)
// If many bring the same code, one moves the counter on.
const use = statement(
  'UPDATE hotp SET counter = :used + 1 WHERE user_id = :userId AND counter <= :used RETURNING counter',
)
const remove = statement('DELETE FROM hotp WHERE user_id = :userId')

/** A token that shows the next code at the press of a button (RFC 4226). */
export const hotp = defineMethod({
  name: 'hotp',
  amr: ['otp'],
  migrations: [
    {
      id: 'hotp/0001-hotp',
      up: ({ bytes, integer, keyed }) => [
        `CREATE TABLE hotp (user_id TEXT PRIMARY KEY, secret ${bytes} NOT NULL, counter ${integer} NOT NULL) ${keyed}`,
      ],
    },
  ],
  prepare: ({ secretBox }) => ({
    lifecycle: {
      // It goes whenever it may be a stranger's, or lost; since when it is there it does not say.
      holds: {
        credentials: async (tx, _, { account }) => void (await tx.all(remove, { userId: account.id })),
      },
      // A second factor signs nobody in alone.
      countUsable: async () => 0,
      exportUserData: async (tx, userId) => ({ enrolled: (await findOne(tx, find, { userId })) !== null }),
    },
    factor: {
      name: 'hotp',
      amr: ['otp'],
      isEnrolled: async (tx, userId) => (await findOne(tx, find, { userId })) !== null,
      async verify(tx, { userId, answer }) {
        const row = await findOne<{ secret: Uint8Array; counter: number }>(tx, find, { userId })
        if (!row || !('code' in answer)) return null
        const secret = secretBox.open(row.secret, `hotp/${userId}`)
        // The button may have been pressed in a pocket (RFC 4226 §7.4).
        const ahead = [0, 1, 2, 3].map((presses) => row.counter + presses)
        const used = ahead.find((counter) => isEqual(hotpCode(secret, counter), answer.code))
        if (used === undefined) return null
        return async (tx) => (await tx.all(use, { userId, used })).length > 0
      },
    },
    serve: ({ db }) => ({
      pages: createPages,
      routes: [
        serve(enrol, async ({ caller }) => {
          const secret = randomBytes(20)
          const userId = caller.claims.sub
          await db.all(save, { userId, secret: secretBox.seal(secret, `hotp/${userId}`) })
          return { status: 201, body: { secret: secret.toString('hex') } }
        }),
      ],
    }),
  }),
})

/** Returns the name for pages, and the page that enrols it. */
function createPages(site: Site): MethodPages {
  const path = '/hotp'
  return {
    factor: { name: words.factor },
    pages: formPages(site, {
      path,
      title: words.title,
      route: site.routeOf(enrol),
      asksForSession: true,
      fields: [],
      button: words.button,
      shows: ({ body }, page) => ({
        title: words.title(page),
        main: html`<h1>${words.title(page)}</h1>
          <p>${words.shown(page)} <code>${(body as { secret: string }).secret}</code></p>`,
      }),
      after: () => path,
    }),
  }
}

const words = defineWords({
  en: {
    factor: 'the code of your token',
    title: 'Your token',
    button: 'Enrol a token',
    shown: 'Its secret, shown once:',
  },
  de: {
    factor: 'der Code Ihres Tokens',
    title: 'Ihr Token',
    button: 'Token hinzufügen',
    shown: 'Sein Geheimnis, nur dieses Mal:',
  },
  es: {
    factor: 'el código de su token',
    title: 'Su token',
    button: 'Añadir un token',
    shown: 'Su secreto, solo esta vez:',
  },
  fr: {
    factor: 'le code de votre jeton',
    title: 'Votre jeton',
    button: 'Ajouter un jeton',
    shown: 'Son secret, cette fois seulement :',
  },
  ja: {
    factor: 'トークンのコード',
    title: 'トークン',
    button: 'トークンを追加',
    shown: 'シークレット（今回のみ表示）:',
  },
  pt: {
    factor: 'o código do seu token',
    title: 'O seu token',
    button: 'Adicionar um token',
    shown: 'O segredo, só desta vez:',
  },
})

/** RFC 4226 §5.3, six digits. */
export function hotpCode(secret: Uint8Array, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', secret).update(message).digest()
  const number = mac.readUInt32BE(must(mac[19]) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

const isEqual = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
