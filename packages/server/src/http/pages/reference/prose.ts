import { html } from 'hono/html'
import type { Html } from '../../../page-kit/html.ts'

/** Text with `code` in backticks, as the contract's descriptions have it; an empty line starts a paragraph. */
export const prose = (text: string): Html =>
  html`${text.split(/\n\n+/).map((paragraph) => html`<p>${inline(paragraph)}</p>`)}`

export const inline = (text: string): Html =>
  html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`
