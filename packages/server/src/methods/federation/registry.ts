import type { Provider } from './providers.ts'

/**
 * The providers to sign in with. They are read each time, so that issuers of organisations can also come from a
 * database.
 */
export interface ProviderRegistry {
  find(id: string): Promise<Provider | null>
  /** Providers offered to everybody, in order. */
  list(): Promise<readonly Provider[]>
}

export function createRegistry(providers: readonly Provider[]): ProviderRegistry {
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  return { find: async (id) => byId.get(id) ?? null, list: async () => providers }
}
