import { html } from 'hono/html'
import type { Config } from '../../config/config.ts'
import { providersOf } from '../../methods/federation/providers.ts'
import type { Parts } from '../../services/create-services.ts'
import type { MessageKey } from '../../page-kit/words/en.ts'
import { federationView } from '../../methods/federation/pages.ts'
import type { Html } from '../../page-kit/html.ts'
import { offersPasskeys, passkeyWayView } from '../../methods/passkey/page-parts.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, type Visit } from '../../page-kit/page-context.ts'

/** A way in beside the password, as the sign-in page offers it. */
export interface WayIn {
  /** As the browser remembers it: `email-code`, `federation/google`. */
  name: string
  /** A link or a form with one button; works without JavaScript, or hides itself where it cannot. */
  view: (visit: Visit) => Html
  /** Whether it makes accounts as well, so that the page to sign up offers it. */
  signsUp?: boolean
}

/** The ways that are enabled, in the order in which they are offered. */
export function createWays(site: Site, parts: Parts): WayIn[] {
  const { config } = parts
  const passkey: WayIn = { name: 'passkey', view: (visit) => passkeyWayView(site, parts, visit) }
  const ours = config.signInMethods.flatMap((name) => {
    if (name === 'passkey') return offersPasskeys(parts) ? [passkey] : []
    const label = labels[name]
    return label ? [linkTo(name, label, config)] : []
  })
  return [...ours, ...federationWays(config)]
}

const labels: Partial<Record<Config['signInMethods'][number], MessageKey>> = {
  'magic-link': 'way.magicLink',
  'email-code': 'way.emailCode',
  'sms-code': 'way.smsCode',
}

const linkTo = (name: string, label: MessageKey, { passwordlessSignUp }: Config): WayIn => ({
  name,
  view: (visit) =>
    html`<a class="button secondary" href="${along(`/sign-in/${name}`, visit)}">${visit.words[label]}</a>`,
  signsUp: passwordlessSignUp && name !== 'sms-code',
})

const federationWays = (config: Config): WayIn[] =>
  providersOf(config).map(({ id, label }) => {
    return { name: `federation/${id}`, view: federationView(id, label), signsUp: true }
  })

/** All of them, where there is nothing else; the last used first. */
export const waysView = (ways: readonly WayIn[], visit: Visit): Html => {
  const sorted = ways.toSorted((a, b) => Number(b.name === visit.lastWay) - Number(a.name === visit.lastWay))
  return html`<div class="ways">${sorted.map((way) => way.view(visit))}</div>`
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
