import type { Asks, ErrorCode, RouteContract } from '@latchkey/contract'
import { type StepName, stepsBefore } from '../pipeline.ts'
import { isPaced } from '../steps/pace.ts'

/** Returns every code a route may answer with: its own, those of the steps before it, and faults of the machine. */
export function errorsOf(contract: RouteContract): ErrorCode[] {
  const implied = stepsBefore(contract.access).flatMap((name) => refusals[name](contract))
  return [...new Set([...contract.errors, ...implied, ...always])]
}

const always = ['internal_error', 'unavailable'] as const satisfies readonly ErrorCode[]

const ofPeople = [
  'unauthenticated',
  'invalid_token',
  'token_expired',
  'token_revoked',
  // Errors of a session cookie.
  'session_expired',
  'session_revoked',
  'user_disabled',
] as const satisfies readonly ErrorCode[]

const ofKeys = [
  'api_key_invalid',
  'api_key_expired',
  'api_key_revoked',
  'service_account_disabled',
  'rate_limited',
  'invalid_input',
] as const satisfies readonly ErrorCode[]

function ofAccess(access: RouteContract['access']): readonly ErrorCode[] {
  if (access === 'certificate') return ofCertificates
  return access === 'machine' ? ['api_key_needed'] : ofPeople
}

const ofCertificates = [
  'client_certificate_needed',
  'client_certificate_invalid',
  'client_certificate_expired',
  'client_certificate_revoked',
  'service_account_disabled',
] as const satisfies readonly ErrorCode[]

function ofDemands({ callers, permission, fresh, strong }: Asks): ErrorCode[] {
  const admissions = Object.values(callers)
  const isScoped = admissions.some((admission) => admission !== true)
  const takesMachines = callers.apiKeyToken === true || callers.session === undefined
  return [
    ...(isScoped ? (['insufficient_scope'] as const) : []),
    ...(isScoped || takesMachines ? [] : (['session_required'] as const)),
    ...(permission === undefined ? [] : (['forbidden'] as const)),
    ...(fresh || strong ? (['insufficient_user_authentication'] as const) : []),
  ]
}

const refusals: Record<StepName, (contract: RouteContract) => readonly ErrorCode[]> = {
  source: ({ method }) => (method === 'GET' ? [] : ['cross_site_request']),
  proof: () => ['invalid_dpop_proof', 'use_dpop_nonce'],
  authenticate: ({ access, asks }) => [
    ...ofAccess(access),
    ...(access === 'machine' || asks?.callers.apiKey ? ofKeys : []),
  ],
  demands: ({ asks }) => (asks ? ofDemands(asks) : []),
  pace: (contract) => (isPaced(contract) ? ['rate_limited'] : []),
  input: ({ method, protocol }) =>
    method === 'GET'
      ? ['invalid_input']
      : protocol === 'oauth'
        ? ['invalid_input', 'unsupported_media_type', 'body_too_large']
        : ['invalid_input', 'malformed_json', 'unsupported_media_type', 'body_too_large'],
}
