/** In milliseconds. */
const longestWait = 20

let lines = ''
let isWatched = false

/**
 * Writes a line to standard output together with what else is said within 20 ms: one system call, not one for each
 * request. What is left when the process ends is written then; `kill -9` loses those milliseconds at most.
 */
export function writeLine(line: string): void {
  if (lines === '') setTimeout(writeOut, longestWait).unref()
  lines += line
  if (isWatched) return
  isWatched = true
  process.on('exit', writeOut)
}

/** Writes what has been said so far. */
export function writeOut(): void {
  const text = lines
  lines = ''
  if (text !== '') process.stdout.write(text)
}
