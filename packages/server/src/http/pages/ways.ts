import { html } from 'hono/html'
import type { Parts } from '../../parts.ts'
import type { Html } from './layout.ts'
import { offersPasskeys, passkeyWayView } from './passkey-view.ts'
import type { Site } from './site.ts'
import type { Visit } from './visit.ts'

/** A way in beside the password, as the sign-in page offers it. */
export interface WayIn {
  /** As the browser remembers it: `email-code`, `federation/google`. */
  name: string
  /** A link or a form with one button; works without JavaScript, or hides itself where it cannot. */
  view: (visit: Visit) => Html
}

/** The ways that are enabled, in the order in which they are offered. */
export function createWays(site: Site, parts: Parts): WayIn[] {
  const passkey: WayIn = { name: 'passkey', view: (visit) => passkeyWayView(site, parts, visit) }
  return [offersPasskeys(parts) && passkey].filter((way) => way !== false)
}

/** What this browser used last, to stand above everything else. */
export function lastWayView(ways: readonly WayIn[], visit: Visit): Html | false {
  const last = ways.find(({ name }) => name === visit.lastWay)
  if (!last) return false
  return html`<div class="ways">
      ${last.view(visit)}
      <p class="hint">${visit.words['ways.last']}</p>
    </div>
    <p class="or">${visit.words['ways.or']}</p>`
}

/** All others, below. */
export function otherWaysView(ways: readonly WayIn[], visit: Visit): Html | false {
  const others = ways.filter(({ name }) => name !== visit.lastWay)
  if (others.length === 0) return false
  return html`<p class="or">${visit.words['ways.or']}</p>
    <div class="ways">${others.map((way) => way.view(visit))}</div>`
}
