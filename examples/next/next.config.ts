import { join } from 'node:path'
import type { NextConfig } from 'next'

const latchkey = process.env['LATCHKEY_ORIGIN'] ?? 'http://localhost:4000'

const config: NextConfig = {
  experimental: { authInterrupts: true },
  // Latchkey and its pages stand behind Next, so that the browser sees one origin.
  rewrites: async () =>
    ['/api/auth/:path*', '/sign-in', '/sign-up', '/sign-out', '/latchkey/:path*', '/.well-known/:path*'].map(
      (source) => ({ source, destination: latchkey + source }),
    ),
  // The packages of this repository are linked from there.
  turbopack: { root: join(import.meta.dirname, '../..') },
  // `npm run check:types` looks at the types of the whole repository.
  typescript: { ignoreBuildErrors: true },
}

export default config
