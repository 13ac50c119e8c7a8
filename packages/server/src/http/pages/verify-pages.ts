import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { codeTtl } from '../../core/challenges/code.ts'
import { createForm } from '../../page-kit/create-form.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { subjectText, type FormHalves } from '../../page-kit/form.ts'
import { donePage } from '../../page-kit/form-with-done.ts'
import { formatMinutes } from '../../page-kit/format-minutes.ts'
import type { Page } from '../../page-kit/page.ts'
import { linkTo, type PageContext } from '../../page-kit/page-context.ts'
import { readPost } from '../../page-kit/read-post.ts'
import { signInView } from '../../page-kit/sign-in-view.ts'
import type { Site } from '../../page-kit/site.ts'
import { fill } from '../../page-kit/words/fill.ts'
import type { TicketCookie } from '../../sessions/cookies/ticket-cookie.ts'
import type { Answer } from '../../sessions/route.ts'
import { findSubject, type SubjectServices } from './find-subject.ts'

export type VerifyServices = SubjectServices & { registrationCookie: TicketCookie }

const path = '/verify-email'
const donePath = `${path}/done`

/** Creates the pages that take the mail's link or, in the browser where the registration began, its code. */
export function createVerifyPages(site: Site, services: VerifyServices): Page[] {
  const link = linkForm(site, services)
  const code = codeForm(site)
  const pages: Page[] = [
    {
      method: 'GET',
      path,
      handle(request) {
        const isCode =
          !request.url.searchParams.has('token') &&
          services.registrationCookie.read(request.context).length > 0
        return isCode ? code.show(request) : link.show(request)
      },
    },
    {
      method: 'POST',
      path,
      async handle(request) {
        const values = await readPost(site, request)
        return await ('code' in values ? code : link).submit(request, values)
      },
    },
  ]
  const done = { path: donePath, title: 'verify.done' } as const
  return [
    ...pages.map((page) => withErrorPage(site, page)),
    donePage(site, { ...done, text: (page) => signInView('verify.doneText', page) }),
  ]
}

const linkForm = (site: Site, services: SubjectServices): FormHalves =>
  createForm(site, {
    path,
    title: 'verify.title',
    route: site.routeOf(accountRoutes.verifyEmail),
    find: async (token) =>
      (await findSubject(services, 'registration', token)) ??
      (await findSubject(services, 'verify-email', token)),
    explain: ({ words }, subject) => subjectText(words['verify.text'], subject),
    fields: [],
    button: 'verify.button',
    deadLink: 'verify.dead',
    fallback: { path: '/sign-in', label: 'signIn.title' },
    after: (answer, page) => choosePassword(answer, page) ?? linkTo(donePath, page),
  })

const codeForm = (site: Site): FormHalves =>
  createForm(site, {
    path,
    title: 'code.title',
    route: site.routeOf(accountRoutes.verifyEmail),
    explain: ({ words, language }) =>
      html`<p>${fill(words['code.text'], { time: formatMinutes(codeTtl, language) })}</p>`,
    fields: [{ name: 'code', label: 'field.code', kind: 'code', hint: 'hint.code' }],
    button: 'code.button',
    below: (page) =>
      html`<p class="aside">
        ${page.words['code.again']}
        <a href="${linkTo('/sign-up', page)}">${page.words['code.startAgain']}</a>
      </p>`,
    after: (_, page) => linkTo(donePath, page),
  })

/** Returns the path to choose a password of one's own, if a stranger may have begun the registration. */
function choosePassword({ status, body }: Answer, page: PageContext): string | null {
  return status === 200 ? linkTo('/reset-password', page, { token: (body as { token: string }).token }) : null
}
