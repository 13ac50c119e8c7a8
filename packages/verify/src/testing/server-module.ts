import type { RequestListener } from 'node:http'

/*
 * As much of the package `latchkey` as is used here. It is not imported: it stands on this package, and whoever only
 * verifies tokens does not have it. A test holds this against the package itself.
 */

export interface ServerModule {
  loadConfig(input: { env: Record<string, string>; file: null; options: object }): unknown
  startLatchkey(config: never, outside: { ports: { now: () => number } }): Promise<ServerInstance>
  toNodeHandler(instance: never): RequestListener
}

export interface ServerInstance {
  config: { basePath: string; audience: string }
  handler(request: Request, connection?: { remoteAddress?: string }): Promise<Response>
  createUser(user: NewUser): Promise<{ id: string; email: string; roles: string[] }>
  drain(): void
  close(): Promise<void>
  services: {
    outbox: { drain(): Promise<void> }
    inbox: { list(to: string | null): Promise<TestMail[]> } | null
  }
}

export interface NewUser {
  email: string
  password: string
  name: string | null
  roles: string[]
  emailVerified: boolean
}

/** A mail that would have been sent. */
export interface TestMail {
  to: string
  subject: string
  text: string
  html: string
  /** Every address that the mail links to, in order. */
  links: readonly string[]
  /** Every code that the mail shows, in order. */
  codes: readonly string[]
  at: string
}

/** A name that no bundler and no compiler follows. */
const name: string = 'latchkey'

/** Throws Error where the package is not installed. */
export async function importServer(): Promise<ServerModule> {
  try {
    return (await import(name)) as ServerModule
  } catch (error) {
    // Something that it needs itself may be missing as well: that is said by the cause.
    throw new Error(
      'startTestLatchkey needs the package latchkey, and Node 24 or later: npm install --save-dev latchkey',
      { cause: error },
    )
  }
}
