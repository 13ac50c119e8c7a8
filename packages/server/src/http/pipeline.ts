import type { Access } from '@latchkey/contract'
import type { Exchange, Step } from './exchange.ts'

/** The steps that a request passes before its handler, as configured. */
export interface Steps {
  source: Step
  proof: Step
  authenticate: Step
  demands: Step
  pace: Step
  input: Step
}

export type StepName = keyof Steps

const columns = [
  'public',
  'refresh',
  'bearer',
  'admin',
  'machine',
  'certificate',
  'operation',
] as const satisfies readonly Access[]

/**
 * The pipeline. Rows are steps in their order. Columns are kinds of access: anybody, a refresh token, an access token,
 * one with a permission, an API key, a client certificate, machines that watch. Read down a column to see the steps
 * before a route of that kind. Before all of them: request id, routing, the body's size (on reading).
 */
const table: Record<StepName, string> = {
  //            public refresh bearer admin machine certificate operation
  source: '       yes    yes     yes    yes   yes     yes         no',
  proof: '        yes    yes     yes    yes   no      no          no',
  authenticate: ' no     no      yes    yes   yes     yes         no',
  demands: '      no     no      yes    yes   yes     yes         no',
  pace: '         no     no      yes    no    no      no          no',
  input: '        yes    yes     yes    yes   yes     yes         yes',
}

/** Returns the steps before a route of that access, in order. A step is left out only where the table says so. */
export const stepsBefore = (access: Access): StepName[] =>
  (Object.keys(table) as StepName[]).filter(
    (step) => table[step].trim().split(/ +/)[columns.indexOf(access)] !== 'no',
  )

export type Pipeline = (exchange: Exchange) => Promise<void>

/** One list of steps for each kind of access. */
export function createPipelines(steps: Steps): Record<Access, Pipeline> {
  return {
    public: createPipeline('public', steps),
    refresh: createPipeline('refresh', steps),
    bearer: createPipeline('bearer', steps),
    admin: createPipeline('admin', steps),
    machine: createPipeline('machine', steps),
    certificate: createPipeline('certificate', steps),
    operation: createPipeline('operation', steps),
  }
}

export function createPipeline(access: Access, steps: Steps): Pipeline {
  const chosen = stepsBefore(access).map((name) => steps[name])
  return async (exchange) => {
    for (const step of chosen) {
      const pending = step(exchange)
      if (pending) await pending
    }
  }
}
