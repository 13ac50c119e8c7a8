import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** What is typed without being shown, or the first line of what is piped in; empty where nothing comes. */
export async function readSecretInput(question: string): Promise<string> {
  const { stdin, stderr } = process
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: silent, terminal: stdin.isTTY })
  try {
    if (stdin.isTTY) {
      stderr.write(question)
      const answer = await lines.question('')
      stderr.write('\n')
      return answer
    }
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
  }
}
