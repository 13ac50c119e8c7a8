import type { Answer } from '../sessions/route.ts'

/** Redirects to a GET of an address without the token: going back or reloading sends nothing again. */
export const redirectTo = (
  location: string,
  { cookies = [], headers = {} }: Pick<Answer, 'cookies' | 'headers'> = {},
): Response =>
  withCookies(new Response(null, { status: 303, headers: { ...headers, location } }), { cookies })

export function withCookies(response: Response, { cookies = [] }: Pick<Answer, 'cookies'>): Response {
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
