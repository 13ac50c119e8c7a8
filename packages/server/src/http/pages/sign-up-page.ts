import { html } from 'hono/html'
import type { SignInOption } from '../../methods/method-pages.ts'
import { createForm } from '../../page-kit/create-form.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import type { Html } from '../../page-kit/html.ts'
import { renderPage } from '../../page-kit/layout.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { linkTo, type PageContext, readPageContext } from '../../page-kit/page-context.ts'
import type { SignedInServices } from '../../page-kit/signed-in.ts'
import type { Site } from '../../page-kit/site.ts'
import type { MethodViews } from './method-views.ts'
import { optionsPage } from './options-page.ts'
import { otherOptionsView } from './sign-in-options.ts'
import { signedOutPages, unlessSignedIn } from './signed-in-page.ts'

const path = '/sign-up'

export function createSignUpPages(
  site: Site,
  services: SignedInServices,
  { forms, signIn, isOpen }: Pick<MethodViews, 'forms' | 'signIn'> & { isOpen: boolean },
): Page[] {
  const options = signIn.filter(({ signsUp }) => signsUp)
  const closed = (request: PageRequest) => renderClosed(site, request)
  if (!forms && !isOpen)
    return [withErrorPage(site, { method: 'GET', path, handle: unlessSignedIn(site, services, closed) })]
  if (!forms) return [optionsPage(site, services, { path, title: 'signUp.title', options, below: asideView })]
  const form = createForm(site, {
    ...forms.signUp,
    path,
    title: 'signUp.title',
    button: 'signUp.button',
    below: (page) => belowView(options, page),
  })
  // The form may still be sent: the route refuses it.
  return signedOutPages(site, services, path, isOpen ? form : { ...form, show: closed })
}

const belowView = (options: readonly SignInOption[], page: PageContext): Html =>
  html`${otherOptionsView(options, { ...page, lastMethod: null })} ${asideView(page)}`

const asideView = (page: PageContext): Html =>
  html`<p class="aside">
    ${page.words['signUp.haveAccount']}
    <a href="${linkTo('/sign-in', page)}">${page.words['signIn.title']}</a>
  </p>`

async function renderClosed(site: Site, request: PageRequest): Promise<Response> {
  const page = readPageContext(site, request)
  const { words } = page
  const title = words['error.registration_closed']
  return await renderPage(site, page, {
    title,
    status: 403,
    main: html`<h1>${title}</h1>
      <p>${words['signUp.closed']}</p>
      <p class="aside"><a href="${linkTo('/sign-in', page)}">${words['signIn.title']}</a></p>`,
  })
}
