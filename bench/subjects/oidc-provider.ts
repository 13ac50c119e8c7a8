import { expectStatus, type Subject } from '../harness/subject.ts'

/** The code flow is left out: each session starts with the grant and the refresh token that the flow would write. */
export const oidcProvider: Subject = {
  name: 'oidc-provider',
  databases: ['sqlite', 'sqlite-full', 'postgres'],
  command: ['bench/servers/oidc-provider.ts'],
  environment: {},
  health: '/livez',
  client: {
    async signUp(send, count) {
      const credentials = []
      while (credentials.length < count) {
        const { body } = await send({ method: 'POST', path: '/grant' })
        credentials.push({ refreshToken: body })
      }
      return credentials
    },
    refresh: ({ refreshToken = '' }) => ({
      method: 'POST',
      path: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: refreshToken,
        client_id: 'bench',
      }).toString(),
    }),
    renewed(_, answer) {
      expectStatus(answer, 200)
      const tokens = JSON.parse(answer.body) as { access_token: string; refresh_token: string }
      return { accessToken: tokens.access_token, refreshToken: tokens.refresh_token }
    },
  },
}
