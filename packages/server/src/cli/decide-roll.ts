import { type SealedCount, sayCounts } from '../core/secrets/sealed-values.ts'

/** How far the change of a secret is. */
export interface Roll {
  /** False if a server makes tokens that another cannot read, or would do so. */
  isSafe: boolean
  /** The present state, and the next step. */
  sentence: string
}

export interface RollState {
  /** The rings of the running servers, each as fingerprints, newest first. */
  servers: readonly (readonly string[])[]
  /** The configured ring. */
  configured: readonly string[]
  /** Counts of sealed values, by secret. */
  sealed: readonly SealedCount[]
}

/** Decides the next step. */
export function decideRoll({ servers, configured, sealed }: RollState): Roll {
  const known = new Set(servers.flat())
  const lacking = (secret: string) => servers.filter((ring) => !ring.includes(secret)).length
  const [ours = ''] = configured
  const used = [...new Set(servers.map(([first = '']) => first))]
  const unreadable = used.find((secret) => lacking(secret) > 0)
  const spreading = [...known].filter((secret) => lacking(secret) > 0)
  const unread = used.find((secret) => !configured.includes(secret))
  const closed = sealed.filter(({ secret }) => secret === null || !configured.includes(secret))
  const older = sealed.filter(({ secret }) => secret !== used[0])

  if (servers.length === 0 && closed.length === 0)
    return safe('No server is running, and this LATCHKEY_SECRET opens what is sealed.')
  if (unreadable !== undefined)
    return unsafe(
      `${count(lacking(unreadable))} the secret ${unreadable}, which another server makes tokens with: they answer 503 to those. Restart the servers that lack it with it behind their own: LATCHKEY_SECRET=old,new`,
    )
  if (lacking(ours) > 0)
    return unsafe(
      `Do not start a server with this LATCHKEY_SECRET yet: it makes tokens with ${ours}, and ${count(lacking(ours))} it. Put it behind the present one on every server first: LATCHKEY_SECRET=old,new`,
    )
  if (unread !== undefined)
    return unsafe(
      `Do not start a server with this LATCHKEY_SECRET: it lacks ${unread}, which the running servers make tokens with.`,
    )
  if (closed.length > 0)
    return unsafe(
      `Do not start a server with this LATCHKEY_SECRET: none of its secrets opens ${sayCounts(closed)}. Put the secret of before behind it, LATCHKEY_SECRET=new,old. If it is lost, so are they: latchkey users reset-factors.`,
    )
  if (spreading.length > 0)
    return safe(
      `Step 1 is under way: ${count(lacking(spreading[0]!))} ${spreading[0]}. Restart them with LATCHKEY_SECRET=old,new, then run this again.`,
    )
  if (used.length > 1)
    return safe(
      `Step 2 is under way: the servers make tokens with ${used.join(' and ')}, and each can read both. Restart the rest with LATCHKEY_SECRET=new,old, then run this again.`,
    )
  if (known.size > 1)
    return safe(
      `Every server knows ${[...known].join(' and ')}, and makes tokens with ${used[0]}. After step 1: put the new one in front, LATCHKEY_SECRET=new,old, one server after the other. After step 2: the old one may go once REFRESH_IDLE_TTL has passed and nothing is sealed under it any more. Sealed under another than ${used[0]}: ${sayCounts(older) || 'nothing'}.`,
    )
  return safe(
    `Every server knows one secret, ${used[0]}. To change it: put the output of latchkey secret behind it, LATCHKEY_SECRET=old,new, restart one server after the other, then run this again.`,
  )
}

const count = (servers: number): string => (servers === 1 ? '1 server lacks' : `${servers} servers lack`)
const safe = (sentence: string): Roll => ({ isSafe: true, sentence })
const unsafe = (sentence: string): Roll => ({ isSafe: false, sentence })
