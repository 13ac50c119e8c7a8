import { formPages, html, linkTo, type MethodPages, type Site } from '../../../packages/server/src/index.ts'
import { choose, forget } from './routes.ts'
import { words } from './words.ts'

const path = '/spoken-word'
const forgetPath = `${path}/forget`

export const createSpokenWordPages = (site: Site): MethodPages => ({
  signIn: [
    {
      name: 'spoken-word',
      view: (page) => html`<a href="${linkTo(path, page)}">${words.title(page)}</a>`,
    },
  ],
  factor: { name: words.factor },
  pages: [
    ...formPages(site, {
      path,
      title: words.title,
      route: site.routeOf(choose),
      asksForSession: true,
      fields: [],
      fixed: { word: 'otter' },
      button: words.choose,
      after: () => forgetPath,
    }),
    ...formPages(site, {
      path: forgetPath,
      title: words.title,
      route: site.routeOf(forget),
      asksForSession: true,
      fields: [],
      button: words.forget,
      after: () => path,
    }),
  ],
})
