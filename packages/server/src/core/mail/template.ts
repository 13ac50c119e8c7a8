import type { Milliseconds } from '@latchkey/contract'
import type { Block } from './blocks.ts'
import { renderHtml } from './render-html.ts'
import { renderText } from './render-text.ts'
import { oneLine } from './tame.ts'

/** A mail that can be sent as it is. Links and codes are secrets: they are for tests and the development inbox. */
export interface RenderedMail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Every address that the mail links to, in order. */
  readonly links: readonly string[]
  /** Every code that the mail shows, in order. */
  readonly codes: readonly string[]
  /** How long its link or code is of use; it is not sent later. Null for news, which are always worth sending. */
  readonly validFor: Milliseconds | null
}

export interface MailContent {
  to: string
  /** The name of the product; it stands at the top and at the bottom. */
  appName: string
  subject: string
  title: string
  blocks: readonly Block[]
  /** Lifetime of the link or code in it; if there are several, the longest. */
  validFor?: Milliseconds
}

/**
 * Renders a mail as plain text and as HTML, from the same blocks.
 *
 * @throws {TypeError} if a link is not an http address
 */
export function renderMail(content: MailContent): RenderedMail {
  const { to, appName: name, subject, title, blocks, validFor = null } = content
  const links = blocks.flatMap((block) => (block.kind === 'button' ? [checkLink(block.link)] : []))
  const codes = blocks.flatMap((block) => (block.kind === 'code' ? [block.code] : []))
  const appName = oneLine(name)
  const footer = `Sent by ${appName}. Answers to this mail are not read.`
  return {
    to,
    // A line end in a subject would begin another header.
    subject: oneLine(subject),
    text: renderText(title, blocks, footer),
    html: renderHtml({ appName, title, blocks, footer }),
    links,
    codes,
    validFor,
  }
}

function checkLink(link: string): string {
  // The link itself is not shown: it holds a token.
  if (!/^https?:\/\/[^\s"<>]+$/.test(link)) throw new TypeError('A link in a mail must be an http address.')
  return link
}
