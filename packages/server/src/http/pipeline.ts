import type { Access } from '@latchkey/contract'
import type { Exchange, Step } from './exchange.ts'

/** What a request passes before its handler, as the configuration has it. */
export interface Steps {
  source: Step
  proof: Step
  authenticate: Step
  demands: Step
  pace: Step
  input: Step
}

export type StepName = keyof Steps

/**
 * The pipeline: rows are steps in their order, columns are kinds of access. Read down a column to see what stands
 * before a route of that kind. Before all of them: request id, routing, the body's size (on reading).
 */
export const pipelineTable: Record<StepName, Record<Access, boolean>> = {
  //              anybody       refresh token  access token  + permission   API key        certificate        machines that watch
  source: {
    public: true,
    refresh: true,
    bearer: true,
    admin: true,
    machine: true,
    certificate: true,
    operation: false,
  },
  proof: {
    public: true,
    refresh: true,
    bearer: true,
    admin: true,
    machine: false,
    certificate: false,
    operation: false,
  },
  authenticate: {
    public: false,
    refresh: false,
    bearer: true,
    admin: true,
    machine: true,
    certificate: true,
    operation: false,
  },
  demands: {
    public: false,
    refresh: false,
    bearer: true,
    admin: true,
    machine: true,
    certificate: true,
    operation: false,
  },
  pace: {
    public: false,
    refresh: false,
    bearer: true,
    admin: false,
    machine: false,
    certificate: false,
    operation: false,
  },
  input: {
    public: true,
    refresh: true,
    bearer: true,
    admin: true,
    machine: true,
    certificate: true,
    operation: true,
  },
}

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
  const rows = Object.keys(pipelineTable) as StepName[]
  const chosen = rows.filter((name) => pipelineTable[name][access]).map((name) => steps[name])
  return async (exchange) => {
    for (const step of chosen) {
      const pending = step(exchange)
      if (pending) await pending
    }
  }
}
