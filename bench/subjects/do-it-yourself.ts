import { cookieSet, expectStatus, postJson, type Answer, type Subject } from '../harness/subject.ts'
import { signUpAccounts, visitor } from './accounts.ts'

/** express 5, jsonwebtoken, bcrypt at cost 10, cookie-parser, pg or node:sqlite. */
export const doItYourself: Subject = {
  name: 'do-it-yourself',
  databases: ['sqlite', 'sqlite-full', 'postgres'],
  command: ['bench/servers/do-it-yourself.ts'],
  environment: {},
  health: '/livez',
  client: {
    signUp: (send, count) =>
      signUpAccounts(count, {
        register: async (who) => expectStatus(await send(postJson('/register', who)), 201),
        signIn: async (who) => tokensIn(await send(postJson('/login', who))),
      }),
    refresh: ({ refreshToken }) => postJson('/refresh', {}, { cookie: `refreshToken=${refreshToken}` }),
    renewed: (_, answer) => tokensIn(answer),
    guarded: ({ accessToken }) => ({
      method: 'GET',
      path: '/me',
      headers: { authorization: `Bearer ${accessToken}` },
    }),
    signIn: (turn) => postJson('/login', visitor(turn)),
  },
}

function tokensIn(answer: Answer): Record<string, string> {
  expectStatus(answer, 200)
  const { accessToken } = JSON.parse(answer.body) as { accessToken: string }
  return { accessToken, refreshToken: cookieSet(answer, 'refreshToken') }
}
