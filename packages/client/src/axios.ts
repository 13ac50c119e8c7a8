import type { AuthClient } from './client.ts'

/** As much of an axios instance as is used here; any version since 1.0 fits. */
export interface AxiosLike {
  getUri(config: never): string
  request(config: never): Promise<unknown>
  interceptors: {
    request: { use(fulfilled: (config: never) => unknown): number; eject(id: number): void }
    response: {
      use(fulfilled: null, rejected: (error: never) => unknown): number
      eject(id: number): void
    }
  }
}

interface RequestConfig {
  headers: { has(name: string): boolean; set(name: string, value: string): unknown }
}

interface AxiosFailure {
  config?: RequestConfig
  response?: { status: number; headers: Record<string, string | undefined> }
}

/**
 * Adds the access token to requests that may carry it. Refused with 401, each waits for the one refresh under way, goes
 * out once more, and never a third time. Returns how to take both interceptors off again.
 */
export function attachAxios(instance: AxiosLike, auth: Pick<AuthClient, 'authorized'>): () => void {
  const { tokenFor, tokenAfter } = auth.authorized
  /** The token each request went out with; what is not in here is none of ours, or has had its second try. */
  const sent = new WeakMap<object, string>()

  const request = instance.interceptors.request.use(async (config: RequestConfig) => {
    // Who sets the header knows better.
    if (config.headers.has('Authorization')) return config
    const token = await tokenFor(instance.getUri(config as never))
    if (token === null) return config
    config.headers.set('Authorization', `Bearer ${token}`)
    sent.set(config, token)
    return config
  })
  const response = instance.interceptors.response.use(null, async (error: AxiosFailure) => {
    const { config, response } = error
    const used = config && sent.get(config)
    if (!used || response?.status !== 401) throw error as Error
    sent.delete(config)
    const next = await tokenAfter(used, response.headers['www-authenticate'] ?? null)
    if (next === null) throw error as Error
    config.headers.set('Authorization', `Bearer ${next}`)
    return await instance.request(config as never)
  })
  return () => {
    instance.interceptors.request.eject(request)
    instance.interceptors.response.eject(response)
  }
}
