// As much of packages that are not installed here as the guides use; their own types say the same.

declare module 'jsonwebtoken' {
  const jwt: {
    sign(claims: object, secret: string, options?: { algorithm: 'none' }): string
    verify(
      token: string,
      secret: string,
      options: { algorithms: 'HS256'[] },
    ): string | Record<string, unknown>
  }
  export default jwt
}

declare module '@playwright/test' {
  import type { Browser, Locator } from 'playwright-core'
  interface Test {
    (name: string, body: (fixtures: { browser: Browser }) => Promise<void>): void
    beforeAll(work: () => Promise<void>): void
    afterAll(work: () => Promise<void>): void
  }
  export const test: Test
  export function expect(actual: Locator): { toBeVisible(): Promise<void> }
}

declare module 'next' {
  interface Rewrite {
    source: string
    destination: string
  }
  export interface NextConfig {
    rewrites?: () => Promise<Rewrite[]>
  }
}

declare module 'next/headers' {
  export function cookies(): Promise<{ has(name: string): boolean }>
}

declare module 'next/server' {
  export interface NextRequest extends Request {
    readonly cookies: { has(name: string): boolean }
  }
  export class NextResponse extends Response {
    static next(): NextResponse
    static override redirect(url: URL): NextResponse
  }
}

declare module 'react-native' {
  export const AppState: {
    addEventListener(
      type: 'change',
      listener: (state: 'active' | 'background' | 'inactive' | 'unknown' | 'extension') => void,
    ): { remove(): void }
  }
}

declare module 'react-native-get-random-values' {}

declare module 'expo-secure-store' {
  interface Options {
    keychainService?: string
    requireAuthentication?: boolean
  }
  export function getItemAsync(key: string, options?: Options): Promise<string | null>
  export function setItemAsync(key: string, value: string, options?: Options): Promise<void>
  export function deleteItemAsync(key: string, options?: Options): Promise<void>
}
