import { html } from 'hono/html'
import type { SignInOption } from '../../methods/method-pages.ts'
import type { Html } from '../../page-kit/html.ts'
import type { PageContext } from '../../page-kit/page-context.ts'

/** Shows all options if there is nothing else; the last used first. */
export const optionsView = (options: readonly SignInOption[], page: PageContext): Html => {
  const isLast = ({ name }: SignInOption) => Number(name === page.lastMethod)
  const sorted = options.toSorted((a, b) => isLast(b) - isLast(a))
  return html`<div class="options">${sorted.map((option) => option.view(page))}</div>`
}

/** Shows the option that this browser used last, to stand above everything else. */
export function lastOptionView(options: readonly SignInOption[], page: PageContext): Html | false {
  const last = options.find(({ name }) => name === page.lastMethod)
  if (!last) return false
  return html`<div class="options">
      ${last.view(page)}
      <p class="hint">${page.words['options.last']}</p>
    </div>
    <p class="or">${page.words['options.or']}</p>`
}

/** All others, below. */
export function otherOptionsView(options: readonly SignInOption[], page: PageContext): Html | false {
  const others = options.filter(({ name }) => name !== page.lastMethod)
  if (others.length === 0) return false
  return html`<p class="or">${page.words['options.or']}</p>
    <div class="options">${others.map((option) => option.view(page))}</div>`
}
