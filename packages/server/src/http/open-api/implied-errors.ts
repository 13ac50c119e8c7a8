import type { ErrorCode, RouteContract } from '@latchkey/contract'
import { pipelineTable, type StepName } from '../pipeline.ts'

/** Every code a route may answer with: its own, what the steps before it refuse, and faults of the machine. */
export function errorsOf(contract: RouteContract): ErrorCode[] {
  const steps = (Object.keys(pipelineTable) as StepName[]).filter(
    (name) => pipelineTable[name][contract.access],
  )
  const implied = steps.flatMap((name) => refusals[name](contract))
  return [...new Set([...contract.errors, ...implied, ...always])]
}

const always = ['internal_error', 'unavailable'] as const satisfies readonly ErrorCode[]

const refusals: Record<StepName, (contract: RouteContract) => readonly ErrorCode[]> = {
  source: ({ method }) => (method === 'GET' ? [] : ['cross_site_request']),
  authenticate: () => [
    'unauthenticated',
    'invalid_token',
    'token_expired',
    'token_revoked',
    // Of a session cookie.
    'session_expired',
    'session_revoked',
    'user_disabled',
  ],
  requirement: ({ requires }) => [
    ...(requires?.permission !== undefined || requires?.role !== undefined ? (['forbidden'] as const) : []),
    ...(requires?.maxAge !== undefined || requires?.mfa
      ? (['insufficient_user_authentication'] as const)
      : []),
  ],
  input: ({ method }) =>
    method === 'GET'
      ? ['invalid_input']
      : ['invalid_input', 'malformed_json', 'unsupported_media_type', 'body_too_large'],
}
