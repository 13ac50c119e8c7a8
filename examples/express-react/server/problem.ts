import type { ErrorRequestHandler, Response } from 'express'
import type { z } from 'zod'

/** An error as Latchkey's own look (RFC 9457), so that the browser handles one kind. */
export class Problem extends Error {
  readonly status: number
  readonly errors: { path: string; message: string }[]

  constructor(status: number, detail: string, errors: Problem['errors'] = []) {
    super(detail)
    this.status = status
    this.errors = errors
  }
}

/** Parses a body by a schema; faults are answered field by field. */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => ({
    path: ['body', ...path].join('.'),
    message,
  }))
  throw new Problem(400, 'The request is not valid.', errors)
}

export const answerProblems: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error instanceof Problem) return send(response, error)
  // Errors of Express and its parsers: malformed JSON, a body that is too large.
  const { status = 500 } = error as { status?: number }
  if (status < 500) return send(response, new Problem(status, 'The request cannot be read.'))
  console.error(error)
  send(response, new Problem(500, 'Something went wrong on our side.'))
}

function send(response: Response, { status, message: detail, errors }: Problem): void {
  const body = { type: 'about:blank', status, detail, ...(errors.length > 0 && { errors }) }
  response.status(status).type('application/problem+json').send(JSON.stringify(body))
}
