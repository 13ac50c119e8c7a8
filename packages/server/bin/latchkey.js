#!/usr/bin/env node
// Plain JavaScript, so that an old Node says what is missing instead of stumbling over the first type.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 24 || (major === 24 && minor < 16)) {
  process.stderr.write(
    `Latchkey needs Node.js 24.16 or newer; this is ${process.versions.node}. Inside this repository, \`npm ci\` brings one along for npm scripts.\n`,
  )
  process.exit(1)
}
const { main } = await import('latchkey/cli')
process.exit(await main(process.argv.slice(2)))
