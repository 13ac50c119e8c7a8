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

  test.each([
    [['secret', '--loud'], "Unknown option '--loud'.", 'latchkey secret [options]'],
    [['keys', 'list', '--jsn'], "Unknown option '--jsn'. Did you mean --json?", 'latchkey keys list'],
    [['keys', 'rotat'], "Unknown command 'rotat'. Did you mean rotate?", 'latchkey keys [options]'],
    [['keys', 'retire'], "Missing required argument 'kid'.", 'latchkey keys retire [options] <kid>'],
  ])('%j: what is wrong, what may have been meant, and what there is', async (words, fault, usage) => {
    const { stderr } = await runLatchkey(words)
    expect(stderr.startsWith(`${fault}\n\nUsage: ${usage}`)).toBe(true)
  })

  test('a forgotten value is not taken from the next option', async () => {
    const words = ['users', 'create', '--email', 'ada@example.com', '--password', '--generate']
    expect(await runLatchkey(words, inFolder())).toEqual({
      code: 2,
      stdout: '',
      stderr: '--password lacks its value; one that begins with a dash is written --password=-x.\n',
    })
    const given = await runLatchkey(['api-keys', 'revoke', '--', '-x'], inFolder())
    expect(given.stderr).toBe('The id of a key is needed, not the key itself.\n')
    const named = await runLatchkey(['users', 'find', '--limit=-x'], inFolder())
    expect(named.stderr).not.toContain('lacks')
  })

  test('an option of two commands of one name goes to the one that is called', async () => {
    expect((await runLatchkey(['secret', 'roll', '--help'])).stdout).toContain('latchkey secret roll')
    expect((await runLatchkey(['help', 'keys'])).stdout).toContain('keys rotate')
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
    [['sessions', 'revoke-before']],
    [['sessions', 'revoke-before', '--before', '2026-11-21']],
    [['users', 'create']],
    [['token', 'decode']],
  ])('called wrongly: %j is 2', async (words) => {
    const run = await runLatchkey(words, inFolder())
    expect(run.code).toBe(2)
    expect(run.stdout).toBe('')
    expectSentence(run)
  })
})
