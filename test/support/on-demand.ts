import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { inject } from 'vitest'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address at which the process of the whole run hands out servers that it starts on request. */
    onDemand: string
  }
}

/** Resources that all tests of a run share. */
export interface OnDemand {
  /** The superuser's address of a running PostgreSQL, and a database of it with the whole schema, to be copied. */
  postgres: { url: string; template: string }
  /** A database with the whole schema and nothing in it, to be copied. */
  sqlite: { file: string }
  /** The account application as its sources are now. */
  console: null
}

const asked = new Map<keyof OnDemand, Promise<unknown>>()

/** Has it started, or learns where it is. */
export async function onDemand<Name extends keyof OnDemand>(name: Name): Promise<OnDemand[Name]> {
  const pending = asked.get(name) ?? ask(name)
  asked.set(name, pending)
  return (await pending) as OnDemand[Name]
}

/** Superuser's address of a running PostgreSQL; take a database of your own from `createDatabase`. */
export const postgresUrl = async (): Promise<string> => (await onDemand('postgres')).url

/** Not by `fetch`, which some tests replace. */
async function ask(name: string): Promise<unknown> {
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    get(`${inject('onDemand')}/${name}`, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body }), reject)
    }).on('error', reject)
  })
  if (answer.status !== 200) throw new Error(answer.body)
  return JSON.parse(answer.body) as unknown
}
