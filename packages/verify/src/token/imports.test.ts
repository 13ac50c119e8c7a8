import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'

/** The modules from elsewhere that an entry of the package needs when it runs. */
async function importsOf(entry: string, conditions: string[]): Promise<string[]> {
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['development', ...conditions] },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: `${import.meta.dirname}/../${entry}.ts`, formats: ['es'] },
      rollupOptions: { external: (id) => /^[a-z@]/.test(id) && !id.startsWith('@latchkey/') },
    },
  }).then((built) => (Array.isArray(built) ? built[0] : built))) as Rolldown.RolldownOutput
  return output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.imports : [])).toSorted()
}

test.each(['index', 'core', 'request', 'hono'])(
  '%s needs nothing but the web’s platform in Workers, and nothing but Node’s in Node',
  async (entry) => {
    expect(await importsOf(entry, ['workerd', 'browser'])).toEqual([])
    const inNode = await importsOf(entry, ['node'])
    expect(inNode.filter((name) => !name.startsWith('node:'))).toEqual([])
  },
)

test.each(['express', 'fastify', 'node'])('%s needs its framework for its types alone', async (entry) => {
  expect(await importsOf(entry, ['node'])).toEqual([])
})

test('Next and Nest are needed where they hand out the request', async () => {
  expect(await importsOf('next', ['node'])).toEqual(['next/headers', 'next/navigation'])
  expect(await importsOf('nest', ['node'])).toEqual(['@nestjs/common', '@nestjs/core'])
})
