import type { AxiosError, AxiosInstance, InternalAxiosRequestConfig } from 'axios'
import type { AuthClient } from './client/client.ts'

/**
 * Adds the access token to requests that may carry it. Refused with 401, each waits for the one refresh under way, goes
 * out once more, and never a third time. Returns how to take both interceptors off again.
 */
export function attachAxios(instance: AxiosInstance, auth: Pick<AuthClient, 'authorized'>): () => void {
  const { tokenFor, tokenAfter, bind } = auth.authorized
  // Before ours: its request interceptor then runs after, and finds the token.
  const detach = bind?.attach(instance)
  /** The token each request went out with; what is not in here is none of ours, or has had its second try. */
  const sent = new WeakMap<object, string>()

  const request = instance.interceptors.request.use(async (config) => {
    // Who sets the header knows better.
    if (config.headers.has('Authorization')) return config
    const token = await tokenFor(instance.getUri(config))
    if (token === null) return config
    present(config, token)
    sent.set(config, token)
    return config
  })
  const response = instance.interceptors.response.use(null, async (error: AxiosError) => {
    const { config, response } = error
    const used = config && sent.get(config)
    if (!config || used === undefined || response?.status !== 401) throw error
    const challenge: unknown = response.headers['www-authenticate']
    const next = await tokenAfter(used, typeof challenge === 'string' ? challenge : null)
    if (next === null) throw error
    present(config, next)
    return await instance.request(config)
  })
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
