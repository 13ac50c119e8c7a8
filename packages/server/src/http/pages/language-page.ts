import { days } from '@latchkey/contract'
import { AuthError } from '../../core/auth-error.ts'
import type { Page, PageRequest } from '../../page-kit/page.ts'
import { isLanguage } from '../../page-kit/words/languages.ts'
import { withErrorPage } from '../../page-kit/error-page.ts'
import { readPost } from '../../page-kit/read-post.ts'
import { redirectTo } from '../../page-kit/redirect-to.ts'
import { ownPath } from '../../page-kit/return-to.ts'
import type { Site } from '../../page-kit/site.ts'
import { languageCookie } from '../../page-kit/page-context.ts'

/** A year: a language is chosen once. */
const lifetime = days(365)

/** Keeps the language that was chosen at the foot of a page, and shows that page again. */
export function createLanguagePage(site: Site): Page {
  const cookie = languageCookie(site.publicUrl.startsWith('https:'))
  return withErrorPage(site, { method: 'POST', path: '/language', handle })

  async function handle(request: PageRequest): Promise<Response> {
    const { language = '', back = '' } = await readPost(site, request)
    if (!isLanguage(language)) throw new AuthError('invalid_input')
    const page = ownPath(back, site.publicUrl) === null ? '/sign-in' : withoutWish(back, site.publicUrl)
    return redirectTo(page, { cookies: [cookie.set(language, lifetime)] })
  }
}

/** Removes the language that the link asked for: the person's choice just now takes precedence. */
function withoutWish(path: string, publicUrl: string): string {
  const url = new URL(path, publicUrl)
  url.searchParams.delete('ui_locales')
  return url.pathname + url.search
}
