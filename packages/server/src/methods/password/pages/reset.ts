import { passwordRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import { subjectText, type Subject } from '../../../page-kit/form.ts'
import { formWithDone } from '../../../page-kit/form-with-done.ts'
import type { Html } from '../../../page-kit/html.ts'
import type { Page } from '../../../page-kit/page.ts'
import { linkTo, type PageContext } from '../../../page-kit/page-context.ts'
import { signInView } from '../../../page-kit/sign-in-view.ts'
import type { Site } from '../../../page-kit/site.ts'
import type { MethodServices } from '../../method-services.ts'
import type { Passwords } from '../passwords.ts'
import { words } from '../words.ts'
import { newPassword } from './new-password.ts'

type ResetServices = Pick<MethodServices, 'db' | 'challenges'> & { passwords: Pick<Passwords, 'isSet'> }

/** Asks for the mail, and sets the password that its link is for. */
export const createResetPages = (site: Site, services: ResetServices): Page[] => [
  ...formWithDone(
    site,
    {
      path: '/forgot-password',
      title: words.forgotTitle,
      route: site.routeOf(passwordRoutes.forgotPassword),
      explain: (page) => html`<p>${words.forgotText(page)}</p>`,
      fields: [{ name: 'email', label: 'field.email', kind: 'email' }],
      button: words.forgotButton,
      below: backView,
    },
    {
      title: words.forgotDone,
      text: (page) =>
        html`<p>${words.forgotDoneText(page)}</p>
          ${backView(page)}`,
    },
  ),
  ...formWithDone(
    site,
    {
      path: '/reset-password',
      title: (page, { isFirst }) => (isFirst ? words.firstTitle : words.resetTitle)(page),
      route: site.routeOf(passwordRoutes.resetPassword),
      find: (token) => findReset(services, token),
      explain: (page, subject) =>
        subjectText((subject.isFirst ? words.firstText : words.resetText)(page), subject),
      fields: [newPassword('newPassword', 'field.newPassword')],
      button: words.resetButton,
      deadLink: words.resetDead,
      fallback: { path: '/forgot-password', label: words.forgotten },
    },
    { title: words.resetDone, text: (page) => signInView(words.resetDoneText, page) },
  ),
]

async function findReset(
  { db, challenges, passwords }: ResetServices,
  token: string,
): Promise<Subject | null> {
  const challenge = await challenges.peek(db, 'reset-password', token)
  if (!challenge?.userId) return null
  const isFirst = !(await passwords.isSet(challenge.userId))
  return { email: String(challenge.payload['email']), isFirst }
}

const backView = (page: PageContext): Html =>
  html`<p class="aside"><a href="${linkTo('/sign-in', page)}">${words.back(page)}</a></p>`
