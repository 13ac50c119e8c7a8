import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** Below the root, so that packages are found, and where nothing is committed. */
const folder = join(root, 'dist/docs')

export interface Block {
  language: string
  text: string
}

/** The fenced blocks of a guide. */
export const blocksIn = (guide: string): Block[] =>
  [...readFileSync(join(root, guide), 'utf8').matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(
    ([, language = '', text = '']) => ({ language, text }),
  )

/**
 * Writes the TypeScript of a guide into files of a folder of its own, each where its first line says. Returns the folder.
 * A block without such a line is refused: a reader would not know either where it goes.
 */
export function writeCode(guide: string): string {
  const target = join(folder, guide.replace(/^docs\/|\.md$/g, '').replaceAll('/', '-'))
  rmSync(target, { recursive: true, force: true })
  for (const { language, text } of blocksIn(guide)) {
    if (language !== 'ts' && language !== 'tsx') continue
    const [, file] = /^\/\/ (\S+\.tsx?)\n/.exec(text) ?? []
    if (file === undefined) throw new Error(`${guide}: a block does not say which file it is:\n${text}`)
    mkdirSync(dirname(join(target, file)), { recursive: true })
    writeFileSync(join(target, file), text)
  }
  return target
}
