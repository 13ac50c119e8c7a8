import type { AuthError } from '../core/auth-error.ts'
import { toRefusal } from '../core/request/to-refusal.ts'
import type { RequestContext } from '../core/request/request-context.ts'
import { renderErrorPage, withErrorPage } from './error-page.ts'
import type { Form, FormHalves, Subject, Values } from './form.ts'
import { bodyOf } from './form-body.ts'
import { asksToSignIn, isCorrectable, isDeadLink } from './form-faults.ts'
import { renderDeadLink, renderForm } from './form-view.ts'
import { renderPage } from './layout.ts'
import type { Page, PageRequest } from './page.ts'
import { linkTo, ownValues, type PageContext, readPageContext } from './page-context.ts'
import { readPost } from './read-post.ts'
import { redirectTo, withCookies } from './redirect-to.ts'
import type { Site } from './site.ts'

export function createForm(site: Site, form: Form): FormHalves {
  return { show, submit }

  async function show(request: PageRequest): Promise<Response> {
    const page = readPageContext(site, request)
    const [token = '', ...more] = request.url.searchParams.getAll('token')
    const subject = more.length > 0 ? null : await find(token)
    if (!subject) return await renderDeadLink(site, form, page, 'challenge_invalid')
    return await renderForm(site, form, { page, subject, values: { ...form.initial, token } })
  }

  async function find(token: string): Promise<Subject | null> {
    if (!form.find) return { email: null }
    return token === '' ? null : await form.find(token)
  }

  async function submit(request: PageRequest, posted: Values): Promise<Response> {
    const values = ownValues(posted)
    const page = readPageContext(site, request, posted)
    try {
      const answer = await site.callRoute(form.route, { body: bodyOf(form, values) }, request)
      const shown = form.shows?.(answer, page)
      if (shown) return withCookies(await renderPage(site, { ...page, self: null }, shown), answer)
      return redirectTo(form.after(answer, page, values), answer)
    } catch (error) {
      const refusal = toRefusal(error, request.context.requestId, site.log)
      return await answerRefusal(refusal, values, { page, requestId: request.context.requestId })
    }
  }

  async function answerRefusal(
    refusal: AuthError,
    values: Values,
    { page, requestId }: { page: PageContext; requestId: string },
  ): Promise<Response> {
    const { token = '' } = values
    const again = { ...page, self: linkTo(form.path, page, { ...(form.find && { token }), ...form.fixed }) }
    if (form.find && isDeadLink(refusal.code)) return await renderDeadLink(site, form, again, refusal.code)
    if (form.asksForSession && asksToSignIn(refusal.code))
      return redirectTo(linkTo('/sign-in', { ...page, returnTo: linkTo(form.path, page, { token }) }))
    // Uses the language of the form, for an address that does not name one.
    if (!isCorrectable(refusal.code))
      return await renderErrorPage(site, { ...page, self: null }, { refusal, requestId })
    const subject = await find(token)
    if (!subject) return await renderDeadLink(site, form, again, 'challenge_invalid')
    return await renderForm(site, form, { page: again, subject, values, refusal })
  }
}

/** The pages of a form that has its address for itself. */
export function formPages(site: Site, form: Form): Page[] {
  const { show, submit } = createForm(site, form)
  const pages: Page[] = [
    { method: 'GET', path: form.path, handle: show },
    {
      method: 'POST',
      path: form.path,
      handle: async (request) => submit(request, await readPost(site, request)),
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}

/** Creates the pages of an address with several forms; the query or the posted values choose the form. */
export function chosenFormPages(
  site: Site,
  path: string,
  formFor: (values: Record<string, string>, request: RequestContext) => Promise<FormHalves>,
): Page[] {
  const pages: Page[] = [
    {
      method: 'GET',
      path,
      async handle(request) {
        const values = Object.fromEntries(request.url.searchParams)
        return await (await formFor(values, request.context)).show(request)
      },
    },
    {
      method: 'POST',
      path,
      async handle(request) {
        const values = await readPost(site, request)
        const { asked: _, ...sent } = values
        return await (await formFor(values, request.context)).submit(request, sent)
      },
    },
  ]
  return pages.map((page) => withErrorPage(site, page))
}
