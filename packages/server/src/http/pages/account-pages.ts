import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { Parts } from '../../services/create-services.ts'
import type { Challenge } from '../../core/challenges/challenge.ts'
import { codeTtl } from '../../core/challenges/code.ts'
import type { ChallengePurpose } from '../../core/challenges/purpose.ts'
import type { Answer, Route } from '../../sessions/route.ts'
import type { Page } from '../../page-kit/page.ts'
import type { MessageKey } from '../../page-kit/words/en.ts'
import { fill } from '../../page-kit/words/fill.ts'
import type { Field } from '../../page-kit/fields.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import {
  about,
  createForm,
  donePage,
  type Form,
  formPages,
  readPost,
  redirectTo,
  sessionKindOf,
  type Subject,
} from '../../page-kit/form.ts'
import { formatMinutes } from '../../page-kit/format-minutes.ts'
import type { Html } from '../../page-kit/html.ts'
import type { Site } from '../../page-kit/site.ts'
import { along, type Visit } from '../../page-kit/page-context.ts'
import { waitingPath } from '../../page-kit/waiting-path.ts'

/** What the links in mails, and the one of the first start, lead to. */
export function createAccountPages(
  site: Site,
  parts: Parts,
  routeOf: (contract: { id: string }) => Route,
): Page[] {
  const { db, challenges } = parts
  const hasPasswords = parts.config.signInMethods.includes('password')

  return [
    ...formWithDone(
      {
        path: '/setup',
        title: 'setup.title',
        route: routeOf(accountRoutes.setUp),
        find: async (token) => (await challenges.peek(db, 'set-up', token)) && { email: null },
        explain: ({ words }) => html`<p>${words['setup.text']}</p>`,
        fields: [
          { name: 'email', label: 'field.email', kind: 'email' },
          { name: 'name', label: 'field.name', kind: 'name', required: false },
          ...(hasPasswords ? [newPassword('password', 'field.password')] : []),
        ],
        body: sessionKindOf(parts.config),
        button: 'setup.button',
        deadLink: 'setup.dead',
      },
      { title: 'setup.done', text: setUpText },
    ),
    ...createVerifyPages(),
    ...(hasPasswords ? createPasswordPages() : []),
    ...formWithDone(
      {
        path: '/change-email/confirm',
        title: 'changeEmail.title',
        route: routeOf(accountRoutes.confirmEmailChange),
        find: (token) => findSubject('change-email', token, 'to'),
        asksForSession: true,
        explain: ({ words }, subject) => about(words['changeEmail.text'], subject),
        fields: [],
        button: 'changeEmail.button',
        deadLink: 'changeEmail.dead',
      },
      { title: 'changeEmail.done', text: ({ words }) => html`<p>${words['changeEmail.doneText']}</p>` },
    ),
    ...formWithDone(
      {
        path: '/change-email/undo',
        title: 'undo.title',
        route: routeOf(accountRoutes.undoEmailChange),
        find: (token) => findSubject('undo-email-change', token, 'to'),
        explain: ({ words }, subject) =>
          html`${about(words['undo.text'], subject)}
            <p>${words[hasPasswords ? 'undo.consequence' : 'undo.consequenceWithout']}</p>`,
        fields: [],
        button: 'undo.button',
        deadLink: 'undo.dead',
      },
      {
        title: 'undo.done',
        text: ({ words }) => html`<p>${words[hasPasswords ? 'undo.doneText' : 'undo.doneWithout']}</p>`,
      },
    ),
  ]

  function createPasswordPages(): Page[] {
    return [
      ...formWithDone(
        {
          path: '/forgot-password',
          title: 'forgot.title',
          route: routeOf(accountRoutes.forgotPassword),
          explain: ({ words }) => html`<p>${words['forgot.text']}</p>`,
          fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
          button: 'forgot.button',
          below: (visit) =>
            html`<p class="aside">
              <a href="${along('/sign-in', visit)}">${visit.words['forgot.back']}</a>
            </p>`,
        },
        {
          title: 'forgot.done',
          text: (visit) =>
            html`<p>${visit.words['forgot.doneText']}</p>
              <p class="aside"><a href="${along('/sign-in', visit)}">${visit.words['forgot.back']}</a></p>`,
        },
      ),
      ...formWithDone(
        {
          path: '/reset-password',
          title: ({ isFirst }) => (isFirst ? 'reset.firstTitle' : 'reset.title'),
          route: routeOf(accountRoutes.resetPassword),
          find: findReset,
          explain: ({ words }, subject) =>
            about(words[subject.isFirst ? 'reset.firstText' : 'reset.text'], subject),
          fields: [newPassword('newPassword', 'field.newPassword')],
          button: 'reset.button',
          deadLink: 'reset.dead',
          deadWay: { path: '/forgot-password', label: 'signIn.forgot' },
        },
        { title: 'reset.done', text: (visit) => withSignIn(visit, 'reset.doneText') },
      ),
    ]
  }

  /** With the mail's link, or, where the registration began, with its code. */
  function createVerifyPages(): Page[] {
    const path = '/verify-email'
    const route = routeOf(accountRoutes.verifyEmail)
    const link = createForm(site, {
      path,
      title: 'verify.title',
      route,
      find: async (token) =>
        (await findSubject('registration', token)) ?? (await findSubject('verify-email', token)),
      explain: ({ words }, subject) => about(words['verify.text'], subject),
      fields: [],
      button: 'verify.button',
      deadLink: 'verify.dead',
      deadWay: { path: '/sign-in', label: 'signIn.title' },
      after: (answer, visit) => choosePassword(answer, visit) ?? along('/verify-email/done', visit),
    })
    const code = createForm(site, {
      path,
      title: 'code.title',
      route,
      explain: ({ words, language }) =>
        html`<p>${fill(words['code.text'], { time: formatMinutes(codeTtl, language) })}</p>`,
      fields: [{ name: 'code', label: 'field.code', kind: 'code', hint: 'hint.code' }],
      button: 'code.button',
      below: (visit) =>
        html`<p class="aside">
          ${visit.words['code.again']}
          <a href="${along('/sign-up', visit)}">${visit.words['code.startAgain']}</a>
        </p>`,
      after: (_, visit) => along('/verify-email/done', visit),
    })
    const pages: Page[] = [
      {
        method: 'GET',
        path,
        handle(request) {
          const isCode =
            !request.url.searchParams.has('token') &&
            parts.registrationCookie.read(request.context).length > 0
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
    const done = { path: `${path}/done`, title: 'verify.done' } as const
    return [
      ...pages.map((page) => withErrorPage(site, page)),
      donePage(site, { ...done, text: (visit) => withSignIn(visit, 'verify.doneText') }),
    ]
  }

  function formWithDone(
    form: Omit<Form, 'after'>,
    done: { title: MessageKey; text: (visit: Visit) => Html },
  ): Page[] {
    const path = `${form.path}/done`
    return [
      ...formPages(site, {
        ...form,
        after: (answer, visit) => waitingPath(answer, visit) ?? along(path, visit),
      }),
      donePage(site, { path, ...done }),
    ]
  }

  async function findSubject(
    purpose: ChallengePurpose,
    token: string,
    field = 'email',
  ): Promise<Subject | null> {
    return subjectOf(await challenges.peek(db, purpose, token), field)
  }

  async function findReset(token: string): Promise<Subject | null> {
    const challenge = await challenges.peek(db, 'reset-password', token)
    const subject = subjectOf(challenge, 'email')
    if (!subject || !challenge?.userId) return null
    return { ...subject, isFirst: !(await parts.passwords.isSet(challenge.userId)) }
  }

  function setUpText({ words, language }: Visit): Html {
    const register = html`<code>POST ${parts.config.basePath}/auth/register</code>`
    const reference = html`<a href="/docs">${words['setup.referenceName']}</a>`
    return html`<p>${words['setup.next']}</p>
      <ul>
        <li>${fill(words['setup.reference'], { reference })}</li>
        <li>${fill(words['setup.register'], { command: register })}</li>
        <li>${fill(words['setup.settings'], { settings: listOf(neededSettings, language) })}</li>
      </ul>`
  }
}

const neededSettings = ['PUBLIC_URL', 'LATCHKEY_SECRET', 'SMTP_URL']

/** Who confirmed what a stranger may have begun goes on to a password of their own. */
function choosePassword({ status, body }: Answer, visit: Visit): string | null {
  return status === 200 ? along('/reset-password', visit, { token: (body as { token: string }).token }) : null
}

const subjectOf = (challenge: Challenge | null, field: string): Subject | null =>
  challenge && { email: String(challenge.payload[field]) }

const withSignIn = (visit: Visit, text: MessageKey): Html =>
  html`<p>${visit.words[text]}</p>
    <p class="actions">
      <a class="button" href="${along('/sign-in', visit)}">${visit.words['signIn.title']}</a>
    </p>`

const listOf = (names: readonly string[], language: string): Html =>
  html`${new Intl.ListFormat(language)
    .formatToParts(names)
    .map(({ type, value }) => (type === 'element' ? html`<code>${value}</code>` : value))}`

const newPassword = (name: string, label: MessageKey): Field => ({
  name,
  label,
  kind: 'new-password',
  hint: 'hint.password',
})

/** The page where a password is changed (W3C, A Well-Known URL for Changing Passwords §3). */
export const createChangePasswordPage = (): Page => ({
  method: 'GET',
  path: '/.well-known/change-password',
  handle: async () => redirectTo('/account/password'),
})
