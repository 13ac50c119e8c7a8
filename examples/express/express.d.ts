/** The little of Express that this example uses; a project of its own installs `@types/express` instead. */
declare module 'express' {
  import type { IncomingMessage, Server, ServerResponse } from 'node:http'
  import type { AccessClaims } from 'latchkey'

  interface Request extends IncomingMessage {
    body: unknown
    /** Set by `requireAuth`, which lets nobody pass without. */
    auth: AccessClaims
  }
  interface Response extends ServerResponse {
    status(code: number): this
    json(body: unknown): this
  }
  type Handler = (request: Request, response: Response, next: (error?: unknown) => void) => void
  export interface Application {
    use(...handlers: Handler[]): this
    get(path: string, ...handlers: Handler[]): this
    post(path: string, ...handlers: Handler[]): this
    delete(path: string, ...handlers: Handler[]): this
    listen(port: number, listening?: () => void): Server
  }
  const express: {
    (): Application
    json(): Handler
    urlencoded(options: { extended: boolean }): Handler
  }
  export default express
}
