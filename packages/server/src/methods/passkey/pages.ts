import { signInRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { RelyingParty } from '../../config/relying-party.ts'
import type { Site } from '../../page-kit/site.ts'
import type { FactorAnswerView, MethodPages, OfferAfterSignIn } from '../method-pages.ts'
import type { MethodServices } from '../method-services.ts'
import { addPasskeyPath, createAddPages } from './pages/add.ts'
import { createDocuments } from './pages/documents.ts'
import { passkeyAttributes, passkeyScript, toObject, withoutPasskeys } from './pages/form-parts.ts'
import { createSignInPages, passkeySignInOption } from './pages/sign-in.ts'
import { words } from './words.ts'

type PasskeyPageServices = Pick<MethodServices, 'config' | 'db' | 'sessions' | 'cookies'> & {
  rp: RelyingParty
}

/** Pages where passkeys sign in, answer as a second factor, and are offered after a sign-in by password. */
export function createPasskeyPages(site: Site, services: PasskeyPageServices): MethodPages {
  const { config, rp } = services
  return {
    pages: [
      ...createSignInPages(site, config),
      ...createAddPages(site, services),
      ...createDocuments(config.publicUrl, rp),
    ],
    signIn: [passkeySignInOption(site, config)],
    factor: { name: words.factor, answer: answerView(site, config.basePath) },
    offer,
  }
}

/** Asked and answered by the page's script. */
function answerView(site: Site, basePath: string): FactorAnswerView {
  const begin = `${basePath}/auth${signInRoutes.beginSecondFactor.path}`
  return {
    explain: (page) =>
      html`<p>${words.secondFactor(page)}</p>
        ${withoutPasskeys(page)}`,
    attributes: (page) => passkeyAttributes(page, { what: 'second-factor', begin }),
    button: words.use,
    answerOf: ({ response }) => ({ response: toObject(response) }),
    script: passkeyScript(site),
  }
}

/** Offer to people whose device supports passkeys. A sign-in that requires another proof goes on without it. */
const offer: OfferAfterSignIn = {
  attributes: html`data-offers-passkeys`,
  field: 'passkeys',
  pathAfter({ body }, { passkeys }) {
    const { next } = body as { next?: string }
    return next === undefined && passkeys === 'possible' ? addPasskeyPath : null
  },
}
