import type { AuthClient } from './client/client.ts'
import type { TokenStorage } from './session/session-storage.ts'

/** As much of expo-secure-store as is used here. */
export interface SecureStoreLike {
  getItemAsync(key: string): Promise<string | null>
  setItemAsync(key: string, value: string): Promise<void>
  deleteItemAsync(key: string): Promise<void>
}

/** The key chain (iOS) or key store (Android), by expo-secure-store, as `transport: { refreshToken: … }`. */
export const secureStorage = (store: SecureStoreLike): TokenStorage => ({
  getItem: (key) => store.getItemAsync(nameOf(key)),
  setItem: (key, value) => store.setItemAsync(nameOf(key), value),
  removeItem: (key) => store.deleteItemAsync(nameOf(key)),
})

/** SecureStore takes letters, digits, dots, dashes and underscores. */
const nameOf = (key: string): string =>
  key.replace(/[^A-Za-z0-9.-]/g, (character) => `_${character.charCodeAt(0).toString(16)}`)

/** React Native's `AppState`. */
export interface AppStateLike {
  addEventListener(type: 'change', listener: (state: string) => void): { remove(): void }
}

/** Checks the session when somebody comes back to the app, as a page does by itself. Returns how to stop. */
export function wakeWithApp(auth: Pick<AuthClient, 'wake'>, appState: AppStateLike): () => void {
  const subscription = appState.addEventListener('change', (state) => {
    if (state === 'active') auth.wake()
  })
  return () => subscription.remove()
}
