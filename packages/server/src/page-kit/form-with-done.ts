import { html } from 'hono/html'
import { formPages } from './create-form.ts'
import { withErrorPage } from './error-page.ts'
import type { Form } from './form.ts'
import type { Html } from './html.ts'
import { renderPage } from './layout.ts'
import { linkTo, type PageContext, readPageContext } from './page-context.ts'
import type { Page } from './page.ts'
import type { Site } from './site.ts'
import { type Text, textOf } from './text.ts'
import { waitingPath } from './waiting-path.ts'

interface Done {
  title: Text
  text: (page: PageContext) => Html
}

/** A form, and the page that it leads to at `<path>/done` unless a sign-in waits for its second factor. */
export function formWithDone(site: Site, form: Omit<Form, 'after'>, done: Done): Page[] {
  const path = `${form.path}/done`
  return [
    ...formPages(site, { ...form, after: (answer, page) => waitingPath(answer, page) ?? linkTo(path, page) }),
    donePage(site, { path, ...done }),
  ]
}

/** Creates the page with the result of a form: shown by GET, at an address of its own. */
export const donePage = (site: Site, done: Done & { path: string }): Page =>
  withErrorPage(site, {
    method: 'GET',
    path: done.path,
    async handle(request) {
      const page = readPageContext(site, request)
      const title = textOf(done.title, page)
      return await renderPage(site, page, {
        title,
        main: html`<h1>${title}</h1>
          ${done.text(page)}`,
      })
    },
  })
