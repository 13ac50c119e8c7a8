import { html } from 'hono/html'
import type { MainForm, OfferAfterSignIn } from '../../methods/method-pages.ts'
import { createForm } from '../../page-kit/create-form.ts'
import type { Values } from '../../page-kit/form.ts'
import type { Html } from '../../page-kit/html.ts'
import type { Page } from '../../page-kit/page.ts'
import { linkTo, type PageContext } from '../../page-kit/page-context.ts'
import type { SignedInServices } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodViews } from './method-views.ts'
import { optionsPage } from './options-page.ts'
import { lastOptionView, otherOptionsView } from './sign-in-options.ts'
import { signedOutPages } from './signed-in-page.ts'

const path = '/sign-in'

/** `isOpen`: people make accounts for themselves. */
export function createSignInPages(
  site: Site,
  services: SignedInServices,
  { forms, signIn: options, offer, isOpen }: MethodViews & { isOpen: boolean },
): Page[] {
  const below = (page: PageContext): Html | false => isOpen && asideView(page)
  if (!forms) return [optionsPage(site, services, { path, title: 'signIn.title', options, below })]
  const form = createForm(site, {
    ...(offer ? withOffer(forms.signIn, offer) : forms.signIn),
    path,
    title: 'signIn.title',
    button: 'signIn.button',
    above: (page) => lastOptionView(options, page),
    below: (page) => html`${forms.signIn.below?.(page)} ${otherOptionsView(options, page)} ${below(page)}`,
  })
  return signedOutPages(site, services, path, form)
}

/** Keeps the script's report on the device out of the request: it is for the page that follows. */
function withOffer(form: MainForm, offer: OfferAfterSignIn): MainForm {
  const withoutField = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name !== offer.field))
  return {
    ...form,
    attributes: () => offer.attributes,
    body: (values) => form.body?.(withoutField(values)) ?? withoutField(values),
    after(answer, page, sent) {
      const path = offer.pathAfter(answer, sent)
      return path === null ? form.after(answer, page, sent) : linkTo(path, page)
    },
  }
}

const asideView = (page: PageContext): Html =>
  html`<p class="aside">
    ${page.words['signIn.noAccount']}
    <a href="${linkTo('/sign-up', page)}">${page.words['signUp.title']}</a>
  </p>`
