import { cpSync } from 'node:fs'

/** What the compiler leaves behind: the styles and scripts of the server's pages. */
const folder = 'page-kit/assets'
const at = (root: string) => new URL(`../packages/server/${root}/${folder}`, import.meta.url)

cpSync(at('src'), at('dist'), { recursive: true })
