import { expect, test } from 'vitest'
import { renderCliReference } from './cli-reference.ts'
import { commands } from './commands/index.ts'

test('docs/reference/cli.md is made from the table of commands', async () => {
  await expect(renderCliReference()).toMatchFileSnapshot('../../../../docs/reference/cli.md')
})

test('no two commands have one name, and every option explains itself', () => {
  expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length)
  for (const { summary, options = {} } of commands) {
    expect(summary).not.toMatch(/\.$/)
    for (const { help } of Object.values(options)) expect(help).toMatch(/\.$/)
  }
})
