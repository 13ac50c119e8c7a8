import { accountRoutes } from '@latchkey/contract'
import { html } from 'hono/html'
import type { MethodServices } from '../../methods/method-services.ts'
import { subjectText } from '../../page-kit/form.ts'
import { formWithDone } from '../../page-kit/form-with-done.ts'
import type { Page } from '../../page-kit/page.ts'
import type { Site } from '../../page-kit/site.ts'
import { findSubject } from './find-subject.ts'

/** A change of address: confirmed from the new one, undone from the old one. */
export function createChangeEmailPages(
  site: Site,
  services: Pick<MethodServices, 'config' | 'db' | 'challenges'>,
): Page[] {
  const hasPasswords = services.config.signInMethods.includes('password')
  return [
    ...formWithDone(
      site,
      {
        path: '/change-email/confirm',
        title: 'changeEmail.title',
        route: site.routeOf(accountRoutes.confirmEmailChange),
        find: (token) => findSubject(services, 'change-email', token, 'to'),
        asksForSession: true,
        explain: ({ words }, subject) => subjectText(words['changeEmail.text'], subject),
        fields: [],
        button: 'changeEmail.button',
        deadLink: 'changeEmail.dead',
      },
      { title: 'changeEmail.done', text: ({ words }) => html`<p>${words['changeEmail.doneText']}</p>` },
    ),
    ...formWithDone(
      site,
      {
        path: '/change-email/undo',
        title: 'undo.title',
        route: site.routeOf(accountRoutes.undoEmailChange),
        find: (token) => findSubject(services, 'undo-email-change', token, 'to'),
        explain: ({ words }, subject) =>
          html`${subjectText(words['undo.text'], subject)}
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
}
