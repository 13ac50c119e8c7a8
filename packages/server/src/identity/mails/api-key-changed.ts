import type { Instant } from '@latchkey/contract'
import { button, facts, paragraph } from '../../core/mail/blocks.ts'
import { formatInstant } from '../../core/mail/format-instant.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export type ApiKeyChange = 'created' | 'rotated' | 'revoked'

export interface ApiKeyChangedInput {
  to: string
  appName: string
  change: ApiKeyChange
  /** Name that its owner gave it. */
  name: string
  at: Instant
  ip: string | null
  /** Page where keys can be revoked. */
  keysLink: string
}

const consequences: Record<ApiKeyChange, string> = {
  created: 'Whoever holds it can act for you, within its scopes, until it ends or you revoke it.',
  rotated: 'A new key takes the place of the old one.',
  revoked: 'It opens nothing any more.',
}

export const apiKeyChanged = (input: ApiKeyChangedInput): RenderedMail => {
  const { to, appName, change, name, at, ip, keysLink } = input
  return renderMail({
    to,
    appName,
    subject: `An API key of yours was ${change} at ${appName}`,
    title: `An API key was ${change}`,
    blocks: [
      paragraph(consequences[change]),
      facts(['Key', name], ['When', formatInstant(at)], ip === null ? null : ['From', ip]),
      paragraph('If it was you, there is nothing to do. If not, revoke it and choose a new password:'),
      button('Look at my API keys', keysLink),
    ],
  })
}
