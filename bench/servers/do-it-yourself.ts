// Sign-in as most projects write it: express, jsonwebtoken, bcrypt, a table of refresh tokens with
// find, delete and insert at each refresh.

/* oxlint-disable oxc/no-async-endpoint-handlers -- express 5 passes rejections on by itself */

import { createHash, randomUUID } from 'node:crypto'
import { compare, hash } from 'bcrypt'
import cookieParser from 'cookie-parser'
import express, { type Request, type Response } from 'express'
import jsonwebtoken, { type JwtPayload } from 'jsonwebtoken'
import { openStore, type User } from './do-it-yourself-store.ts'

const port = Number(process.env['PORT'])
const accessSecret = 'access-secret-of-32-characters-or-more'
const refreshSecret = 'refresh-secret-of-32-characters-or-more'
const thirtyDays = 30 * 24 * 60 * 60 * 1000
const store = await openStore(process.env['DATABASE_URL'] ?? '')

const app = express()
app.use(express.json())
app.use(cookieParser())
app.get('/livez', (_, response) => response.json({ ok: true }))
app.post('/register', register)
app.post('/login', login)
app.post('/refresh', refresh)
app.get('/me', me)
app.listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`))

async function register(request: Request, response: Response): Promise<unknown> {
  const { email, password } = request.body as { email: string; password: string }
  const user = { id: randomUUID(), email, password_hash: await hash(password, 10) }
  await store.insertUser(user)
  return response.status(201).json({ id: user.id })
}

async function login(request: Request, response: Response): Promise<unknown> {
  const { email, password } = request.body as { email: string; password: string }
  const user = await store.findUserByEmail(email)
  if (user === undefined || !(await compare(password, user.password_hash))) return refuse(response)
  return issueTokens(user, response)
}

async function refresh(request: Request, response: Response): Promise<unknown> {
  const token = request.cookies['refreshToken']
  if (token === undefined) return refuse(response)
  const { sub = '' } = jsonwebtoken.verify(token, refreshSecret) as JwtPayload
  const stored = await store.findToken(digest(token))
  if (stored === undefined || Number(stored.expires_at) < Date.now()) return refuse(response)
  const user = await store.findUser(sub)
  if (user === undefined) return refuse(response)
  await store.deleteToken(digest(token))
  return issueTokens(user, response)
}

function me(request: Request, response: Response): unknown {
  const token = request.headers['authorization']?.slice('Bearer '.length) ?? ''
  return response.json({ id: jsonwebtoken.verify(token, accessSecret).sub })
}

async function issueTokens(user: User, response: Response): Promise<unknown> {
  const claims = { sub: user.id, email: user.email }
  const accessToken = jsonwebtoken.sign(claims, accessSecret, { expiresIn: '15m' })
  const refreshToken = jsonwebtoken.sign({ sub: user.id }, refreshSecret, {
    expiresIn: '30d',
    jwtid: randomUUID(),
  })
  const expires_at = Date.now() + thirtyDays
  await store.insertToken({
    id: randomUUID(),
    user_id: user.id,
    token_hash: digest(refreshToken),
    expires_at,
  })
  response.cookie('refreshToken', refreshToken, {
    httpOnly: true,
    secure: true,
    sameSite: 'lax',
    maxAge: thirtyDays,
  })
  return response.json({ accessToken })
}

function refuse(response: Response): unknown {
  return response.status(401).json({ error: 'unauthorized' })
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
