import { type UserId } from '@latchkey/contract'
import { type Queryable } from '../db/database.ts'
import type { Account } from '../identity/users/account.ts'
import type { Arrival } from './credentials.ts'
import { type SessionHolder } from './lock-holder.ts'
import { send, verifyByCode, verifyByToken } from './verify-email.ts'
import { confirmChange, requestChange } from './change-email.ts'
import { undoChange } from './undo-email-change.ts'
import type { Holder } from '../sessions/route.ts'
import type { Prover, EmailProofNeeds } from './email-proof-needs.ts'

/** Verifies that an account's address belongs to its user, and changes it only after that. */
export interface EmailProof {
  /** Queues the mail with link and code. */
  send(tx: Queryable, account: Account): Promise<void>
  /** `isMaker`: true if the link is opened where the account was made. Throws AuthError `challenge_invalid`. */
  verifyByToken(token: string, by: Prover): Promise<Arrival>
  /** In a session of the account. */
  verifyByCode(userId: UserId, code: string): Promise<void>
  /** Throws `token_revoked` if the session has ended. */
  requestChange(asker: SessionHolder, email: string, ip: string | null): Promise<void>
  /**
   * Confirms by the session that asked, or by another with recent authentication since. Throws AuthError
   * `challenge_invalid`, `email_taken`, `insufficient_user_authentication`.
   */
  confirmChange(token: string, holder: Holder, ip: string | null): Promise<void>
  /** Undoes a change that was requested or made, or the deletion of an account after one. */
  undoChange(token: string): Promise<void>
}

export function createEmailProof(services: EmailProofNeeds): EmailProof {
  return {
    send: (tx, account) => send(services, tx, account),
    verifyByToken: (token, by) => verifyByToken(services, token, by),
    verifyByCode: (userId, code) => verifyByCode(services, userId, code),
    requestChange: (asker, email, ip) => requestChange(services, asker, email, ip),
    confirmChange: (token, holder, ip) => confirmChange(services, token, holder, ip),
    undoChange: (token) => undoChange(services, token),
  }
}
