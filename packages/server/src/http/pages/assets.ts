import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { AuthError } from '../../core/auth-error.ts'
import type { Page } from '../page.ts'

/** Styles and scripts of the pages, read once; their address changes with their content. */
export interface Assets {
  url(name: AssetName): string
  page: Page
}

const types = {
  'pages.css': 'text/css; charset=utf-8',
  'pages.js': 'text/javascript; charset=utf-8',
  'reference.css': 'text/css; charset=utf-8',
  'reference.js': 'text/javascript; charset=utf-8',
} as const

export type AssetName = keyof typeof types

const folder = '/latchkey/assets'

export function createAssets(): Assets {
  const files = new Map(Object.keys(types).map((name) => [name as AssetName, load(name as AssetName)]))
  const byAddress = new Map([...files.values()].map((file) => [file.address, file]))

  return {
    url: (name) => `${folder}/${files.get(name)!.address}`,
    page: {
      method: 'GET',
      path: `${folder}/{address}`,
      async handle({ params }) {
        const file = byAddress.get(params.address as string)
        if (!file) throw new AuthError('not_found')
        const headers = { 'content-type': file.type, 'cache-control': 'public, max-age=31536000, immutable' }
        return new Response(file.content, { headers })
      },
    },
  }
}

function load(name: AssetName) {
  const content = readFileSync(new URL(`./assets/${name}`, import.meta.url))
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12)
  return { address: name.replace('.', `.${hash}.`), type: types[name], content }
}
