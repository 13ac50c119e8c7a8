import type { SessionId } from '@latchkey/contract'
import type { Challenge } from '../../core/challenges/challenge.ts'
import { formatUuid, uuidV7 } from '../../core/ports/uuid.ts'
import type { TokenTransport } from '../../sessions/session-response.ts'
import type { DatedProof } from '../../sign-in/demands.ts'
import type { FederationServices } from './federation-services.ts'
import type { ProvenIdentity, RequestSecrets } from './protocol/protocol-services.ts'

/** The payload of a state; sealed at rest. */
export interface Started extends RequestSecrets {
  provider: string
  /** Hash of the browser that began. */
  browser: string
  returnTo: string | null
  intent: SignInIntent | LinkIntent
}

export interface SignInIntent {
  kind: 'sign-in'
  persistent: boolean
  tokenTransport: Extract<TokenTransport, 'cookie' | 'session-cookie'>
}

export interface LinkIntent {
  kind: 'link'
  sid: SessionId
  /** The authentication of the session that began. */
  proof: DatedProof
}

/** The payload of a ticket that asks for the proof of an account. */
export interface PendingLink {
  provider: string
  browser: string
  identity: ProvenIdentity
}

export const purpose = 'federation'
export const landingPurpose = 'federation-landing'
export const linkPurpose = 'federation-link'

/** Returns a subject of its own: beginning a sign-in must not end somebody else's. */
export const newSubject = ({ ports }: Pick<FederationServices, 'ports'>): string => formatUuid(uuidV7(ports))

export const toStarted = ({ payload }: Challenge): Started => payload as unknown as Started
export const toPendingLink = ({ payload }: Challenge): PendingLink => payload as unknown as PendingLink
