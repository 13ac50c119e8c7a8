import type { AxiosError, AxiosInstance, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { AuthClient } from './client/client.ts'
import type { Remedy } from './session/authorized.ts'

/**
 * Adds the access token to requests that may carry it. After a 401 each waits for the one refresh under way, or for a
 * step-up if one is asked for, and goes out again; neither is done twice. Returns a function that removes both
 * interceptors.
 */
export function attachAxios(instance: AxiosInstance, auth: Pick<AuthClient, 'authorized'>): () => void {
  const { tokenFor, tokenAfter, bind } = auth.authorized
  // Before ours: its request interceptor then runs after, and finds the token.
  const detach = bind?.attach(instance)
  /** The token that each request first went out with. Requests not in here are not ours, or are being repeated. */
  const sent = new WeakMap<object, string>()

  const request = instance.interceptors.request.use(async (config) => {
    // A header set by the application wins.
    if (config.headers.has('Authorization')) return config
    const token = await tokenFor(instance.getUri(config))
    if (token === null) return config
    present(config, token)
    sent.set(config, token)
    return config
  })
  const response = instance.interceptors.response.use(null, async (error: AxiosError) => {
    const used = error.config && sent.get(error.config)
    if (used === undefined) throw error
    return await sendAgain(error, used, new Set())
  })

  async function sendAgain(error: AxiosError, used: string, done: Set<Remedy>): Promise<AxiosResponse> {
    const { config, response } = error
    if (!config || response?.status !== 401) throw error
    const challenge: unknown = response.headers['www-authenticate']
    const next = await tokenAfter(used, typeof challenge === 'string' ? challenge : null, done)
    if (next === null) throw error
    present(config, next)
    try {
      return await instance.request<unknown, AxiosResponse>(config)
    } catch (again) {
      return await sendAgain(again as AxiosError, next, done)
    }
  }

  return () => {
    instance.interceptors.request.eject(request)
    instance.interceptors.response.eject(response)
    detach?.()
  }
}

/** Empty: the session is a cookie, which browsers send to another origin only when told to. */
function present(config: InternalAxiosRequestConfig, token: string): void {
  if (token) config.headers.set('Authorization', `Bearer ${token}`)
  else config.withCredentials = true
}
