/** Longest wait, in milliseconds. */
const longestWait = 20

let lines = ''
let isWatched = false

/**
 * Writes a line to standard output together with the others of the same 20 ms: one system call, not one for each
 * request. The rest is written when the process ends; `kill -9` loses at most those milliseconds.
 */
export function writeLine(line: string): void {
  if (lines === '') setTimeout(writeOut, longestWait).unref()
  lines += line
  if (isWatched) return
  isWatched = true
  process.on('exit', writeOut)
}

/** Writes the buffered lines. */
export function writeOut(): void {
  const text = lines
  lines = ''
  if (text !== '') process.stdout.write(text)
}
