import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Output of Vite for `apps/console`: scripts and styles whose names change with their content. */
export interface ConsoleFiles {
  /** The files that a page begins with; null if the application has not been built. */
  entry(): Promise<Entry | null>
  /** Null for everything that the build did not name. */
  find(name: string): Promise<ConsoleFile | null>
}

export interface Entry {
  script: string
  styles: readonly string[]
}

export interface ConsoleFile {
  type: string
  plain: Uint8Array<ArrayBuffer>
  compressed: Uint8Array<ArrayBuffer>
}

/** Vite's `manifest.json`, as far as it is read here. */
type Manifest = Record<string, { file: string; isEntry?: boolean; css?: string[] }>

/** The same place seen from `src` and from `dist`. */
const builtFolder = new URL('../../../dist/console/', import.meta.url)

const types: Record<string, string> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
}

const compress = promisify(gzip)

/** Reads each file once, when it is first asked for. */
export function createConsoleFiles(folder: URL = builtFolder): ConsoleFiles {
  const files = new Map<string, Promise<ConsoleFile>>()
  let manifest: Promise<Manifest | null> | null = null

  return {
    async entry() {
      const chunks = Object.values((await readManifest()) ?? {})
      const entry = chunks.find(({ isEntry }) => isEntry)
      return entry ? { script: entry.file, styles: entry.css ?? [] } : null
    },
    async find(name) {
      const chunks = Object.values((await readManifest()) ?? {})
      // Looked up, never joined from the requested name: no path leads out of the folder.
      const known = chunks.some(({ file, css }) => file === name || css?.includes(name))
      if (!known) return null
      const file = files.get(name) ?? load(name)
      files.set(name, file)
      // A failed read is retried when somebody asks again.
      file.catch(() => files.delete(name))
      return await file
    },
  }

  function readManifest(): Promise<Manifest | null> {
    return (manifest ??= readFile(new URL('manifest.json', folder), 'utf8').then(
      (text) => JSON.parse(text) as Manifest,
      (error: NodeJS.ErrnoException) => {
        manifest = null
        if (error.code === 'ENOENT') return null
        throw error
      },
    ))
  }

  async function load(name: string): Promise<ConsoleFile> {
    const plain = new Uint8Array(await readFile(new URL(name, folder)))
    const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
    return { type, plain, compressed: new Uint8Array(await compress(plain)) }
  }
}
