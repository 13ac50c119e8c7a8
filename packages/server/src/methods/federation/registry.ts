import type { Provider } from './providers.ts'

/**
 * Whom people may sign in with. Asked each time, so that the issuers of organisations can come from a database as well
 * as those of the installation from its configuration.
 */
export interface ProviderRegistry {
  find(id: string): Promise<Provider | null>
  /** Those that are offered to everybody, in their order. */
  list(): Promise<readonly Provider[]>
}

export function createRegistry(providers: readonly Provider[]): ProviderRegistry {
  const byId = new Map(providers.map((provider) => [provider.id, provider]))
  return { find: async (id) => byId.get(id) ?? null, list: async () => providers }
}
