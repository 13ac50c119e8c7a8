// Not a server: hashes with Argon2id for as many seconds as its argument says, as many at a time as there are cores,
// and prints the hashes per second. The limit that sign-ins are held against.

import { availableParallelism } from 'node:os'
import { hash } from '@node-rs/argon2'

const seconds = Number(process.argv[2] ?? 1)
const argon2id = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const started = performance.now()
let hashes = 0
await Promise.all(
  Array.from({ length: availableParallelism() }, async () => {
    while (performance.now() - started < seconds * 1000) {
      await hash('correct horse battery staple', argon2id)
      hashes++
    }
  }),
)
console.log((hashes * 1000) / (performance.now() - started))
