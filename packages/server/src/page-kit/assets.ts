import { readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { sha256 } from '../core/bytes.ts'
import { ConfigError } from '../config/config-error.ts'
import { AuthError } from '../core/auth-error.ts'
import type { Page } from './page.ts'

/** Styles and scripts of the pages, read once; their address changes with their content. */
export interface Assets {
  /**
   * URL of one of our assets by name, or of a method's script by file. Throws TypeError for a script that no method
   * lists.
   */
  url(asset: AssetName | URL): string
  /** The operator's own files, if any. */
  logo: string | null
  stylesheet: string | null
  page: Page
}

/** Paths. */
interface OwnFiles {
  pagesLogo: string | null
  pagesStylesheet: string | null
}

interface Asset {
  /** Below the folder. */
  address: string
  type: string
  content: Buffer
}

const types = {
  'pages.css': 'text/css; charset=utf-8',
  'pages.js': 'text/javascript; charset=utf-8',
  'reference.css': 'text/css; charset=utf-8',
  'reference.js': 'text/javascript; charset=utf-8',
} as const

export type AssetName = keyof typeof types

const folder = '/latchkey/assets'

/** `scripts` are those of methods. Throws ConfigError when a file of the operator's cannot be read. */
export function createAssets({ pagesLogo, pagesStylesheet }: OwnFiles, scripts: readonly URL[]): Assets {
  const ours = (Object.keys(types) as AssetName[]).map(
    (name) => [name, load(fileOf(name), types[name])] as const,
  )
  const theirs = scripts.map((file) => [file.href, load(file, types['pages.js'])] as const)
  const files = new Map<string, Asset>([...ours, ...theirs])
  const logo = pagesLogo === null ? null : loadOwn('PAGES_LOGO', pagesLogo, 'logo')
  const stylesheet = pagesStylesheet === null ? null : loadOwn('PAGES_STYLESHEET', pagesStylesheet, 'own')
  const all = [...files.values(), logo, stylesheet].filter((file) => file !== null)
  const byAddress = new Map(all.map((file) => [file.address, file]))

  return {
    url(asset) {
      const file = files.get(typeof asset === 'string' ? asset : asset.href)
      if (!file) throw new TypeError(`the script ${String(asset)} must be among the scripts of its method`)
      return urlOf(file)
    },
    logo: logo && urlOf(logo),
    stylesheet: stylesheet && urlOf(stylesheet),
    page: {
      method: 'GET',
      path: `${folder}/{address}`,
      async handle({ params }) {
        const file = byAddress.get(params.address as string)
        if (!file) throw new AuthError('not_found')
        return new Response(new Uint8Array(file.content), {
          headers: {
            'content-type': file.type,
            'cache-control': 'public, max-age=31536000, immutable',
            'content-security-policy': assetPolicy,
          },
        })
      },
    },
  }
}

/** An SVG that is opened by itself is a document: it may look as it wants and do nothing. */
const assetPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/** Media types by the endings that the settings allow. */
const ownTypes: Record<string, string> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.css': 'text/css; charset=utf-8',
}

const fileOf = (name: AssetName): URL => new URL(`./assets/${name}`, import.meta.url)

function load(file: URL, type: string): Asset {
  const content = readFileSync(file)
  const ending = extname(file.pathname)
  return { address: addressOf(content, basename(file.pathname, ending), ending), type, content }
}

function loadOwn(key: string, path: string, name: string): Asset {
  const content = readOwn(key, path)
  const ending = extname(path).toLowerCase()
  return { address: addressOf(content, name, ending), type: ownTypes[ending] as string, content }
}

function readOwn(key: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([
      { key, given: `${path} (${code})`, expected: 'a file that this process may read' },
    ])
  }
}

const addressOf = (content: Buffer, name: string, ending: string): string =>
  `${name}.${sha256(content).toString('hex').slice(0, 12)}${ending}`

const urlOf = ({ address }: Asset): string => `${folder}/${address}`
