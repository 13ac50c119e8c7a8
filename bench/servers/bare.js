// The least that is a server: what start and memory are held against. Plain JavaScript, as Latchkey is when installed:
// stripping types costs some ten megabytes.

import { createServer } from 'node:http'

const port = Number(process.env.PORT)
createServer((_, response) => response.end('{}')).listen(port, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${port}`),
)
