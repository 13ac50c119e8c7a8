import { describe, expect, test } from 'vitest'
import { expectSentence, inFolder, runLatchkey } from '#test/support/run-latchkey.ts'
import { commands } from './commands/index.ts'

describe('every command', () => {
  test.each(commands.map(({ name }) => name))('%s explains itself', async (name) => {
    const run = await runLatchkey([...name.split(' '), '--help'])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toContain(`Usage: latchkey ${name}`)
    expect(run.stdout).toContain('--json')
  })

  test('without words, and for a group, the commands are listed', async () => {
    expect((await runLatchkey([])).stdout).toContain('users create')
    const group = await runLatchkey(['keys'])
    expect(group.code).toBe(0)
    expect(group.stdout).toContain('keys rotate')
    expect(group.stdout).not.toContain('users create')
  })

  test.each([['--version'], ['-v']])('%s prints the release', async (word) => {
    const run = await runLatchkey([word])
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  test('an option that is not there is named, and nothing else is advised', async () => {
    const run = await runLatchkey(['secret', '--loud'])
    expect(run.stderr).toMatch(/^There is no option --loud\.\n\nPrint a new random secret/)
  })

  test('certificates are not listed as none where no CA is set', async () => {
    const run = await runLatchkey(['certificates', 'issuers'], inFolder())
    expect(run).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'MTLS_CA is not set: there is no CA to list.\n',
    })
  })

  test.each([
    [['keys', 'burn']],
    [['nothing']],
    [['secret', '--loud']],
    [['secret', 'more']],
    [['keys', 'retire']],
    [['sessions', 'fence']],
    [['sessions', 'fence', '--before', '2026-11-21']],
    [['users', 'create']],
    [['token', 'decode']],
  ])('called wrongly: %j is 2', async (words) => {
    const run = await runLatchkey(words, inFolder())
    expect(run.code).toBe(2)
    expect(run.stdout).toBe('')
    expectSentence(run)
  })
})
