import { send } from './server-process.ts'

export interface InboxMail {
  links: string[]
  codes: string[]
}

/** Returns the mails delivered to an address, newest first; possibly none yet. */
export async function readInbox(base: string, to: string): Promise<InboxMail[]> {
  const headers = { accept: 'application/json' }
  const answer = await send(base, `/dev/mail?to=${encodeURIComponent(to)}`, { headers })
  return Array.isArray(answer.body) ? answer.body : []
}

/** Waits until the outbox has delivered. */
export async function inboxOf(base: string, to: string): Promise<InboxMail[]> {
  for (;;) {
    const mails = await readInbox(base, to)
    if (mails.length > 0) return mails
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The tokens of all mailed links that lead to `path`, newest first. */
export const tokensOf = (mails: readonly InboxMail[], path: string): string[] =>
  mails
    .flatMap(({ links }) => links)
    .filter((link) => link.includes(path))
    .flatMap((link) => new URL(link).searchParams.get('token') ?? [])
