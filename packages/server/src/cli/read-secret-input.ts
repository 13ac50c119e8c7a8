import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Reads a hidden answer from the terminal, or the first line of piped input; empty if there is none. */
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
