import { hours } from '@latchkey/contract'
import type { RelyingParty } from '../../../config/relying-party.ts'
import type { Page } from '../../../page-kit/page.ts'
import { publicDocument } from '../../../sessions/route.ts'

/** Documents for programs that manage passkeys (W3C, A Well-Known URL for Relying Party Passkey Endpoints). */
export function createDocuments(publicUrl: string, { related }: RelyingParty): Page[] {
  const manage = `${publicUrl}/account/passkeys`
  const endpoints = jsonPage('/.well-known/passkey-endpoints', { enroll: manage, manage })
  if (related.length === 0) return [endpoints]
  // WebAuthn Level 3 §5.11.1: the other sites that may ask for passkeys of this domain.
  return [endpoints, jsonPage('/.well-known/webauthn', { origins: related })]
}

const jsonPage = (path: string, document: object): Page => ({
  method: 'GET',
  path,
  handle: async () => Response.json(document, { headers: publicDocument(hours(1)) }),
})
