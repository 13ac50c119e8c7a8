// Types of the do-it-yourself server's packages that bring none of their own, as far as it uses them.

declare module 'express' {
  export interface Request {
    readonly body: Record<string, unknown>
    readonly cookies: Record<string, string | undefined>
    readonly headers: Record<string, string | undefined>
    /** With express-session. */
    readonly session: { user?: string }
  }
  export interface Response {
    status(code: number): Response
    json(value: unknown): Response
    cookie(name: string, value: string, options: object): Response
  }
  type Handler = (request: Request, response: Response, next: () => void) => unknown
  export interface Application {
    use(...handlers: Handler[]): void
    get(path: string, ...handlers: Handler[]): void
    post(path: string, ...handlers: Handler[]): void
    listen(port: number, host: string, listening: () => void): void
  }
  interface Express {
    (): Application
    json(): Handler
  }
  const express: Express
  export default express
}

declare module 'express-session' {
  import type { Request, Response } from 'express'
  interface Options {
    readonly secret: string
    readonly resave: boolean
    readonly saveUninitialized: boolean
  }
  export default function session(
    options: Options,
  ): (request: Request, response: Response, next: () => void) => void
}

declare module 'cookie-parser' {
  import type { Request, Response } from 'express'
  export default function cookieParser(): (request: Request, response: Response, next: () => void) => void
}

declare module 'bcrypt' {
  export function hash(password: string, rounds: number): Promise<string>
  export function compare(password: string, hash: string): Promise<boolean>
}

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
  interface RefreshToken {
    save(): Promise<string>
  }
  interface Client {
    readonly clientId: string
  }
  export class Provider {
    constructor(issuer: string, configuration: object)
    readonly Grant: new (fields: object) => Grant
    readonly RefreshToken: new (fields: object) => RefreshToken
    readonly Client: { find(id: string): Promise<Client | undefined> }
    on(event: string, listener: (context: unknown, error: unknown) => void): void
    callback(): (request: IncomingMessage, response: ServerResponse) => void
  }
}
