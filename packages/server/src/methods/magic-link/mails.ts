import type { Milliseconds } from '@latchkey/contract'
import { button, note, paragraph } from '../../core/mail/blocks.ts'
import { formatSpan } from '../../core/mail/format-span.ts'
import { renderMail, type RenderedMail } from '../../core/mail/template.ts'

export interface MagicLinkInput {
  to: string
  appName: string
  link: string
  validFor: Milliseconds
}

export const magicLink = ({ to, appName, link, validFor }: MagicLinkInput): RenderedMail =>
  renderMail({
    to,
    appName,
    validFor,
    subject: `Sign in to ${appName}`,
    title: 'Your link to sign in',
    blocks: [
      paragraph(`Somebody, hopefully you, wants to sign in to ${appName} with this address.`),
      button('Sign in', link),
      note(`The link is valid for ${formatSpan(validFor)} and works once, in the browser that asked for it.`),
      note('If it was not you who asked, do nothing: nobody is signed in without the link.'),
    ],
  })
