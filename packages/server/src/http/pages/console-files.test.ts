import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { createConsoleFiles } from './console-files.ts'

test('an application that is built while the server runs is found', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-console-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = createConsoleFiles(pathToFileURL(`${folder}/`))
  expect(await files.entry()).toBeNull()
  expect(await files.find('main-1234.js')).toBeNull()

  const manifest = { 'src/main.tsx': { file: 'main-1234.js', isEntry: true, css: ['main-5678.css'] } }
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest))
  expect(await files.entry()).toEqual({ script: 'main-1234.js', styles: ['main-5678.css'] })
  // Named and missing: a fault, not "there is no such file".
  await expect(files.find('main-1234.js')).rejects.toThrow('ENOENT')
  writeFileSync(join(folder, 'main-1234.js'), 'export {}')
  expect(await files.find('main-1234.js')).toMatchObject({ type: 'text/javascript; charset=utf-8' })
})
