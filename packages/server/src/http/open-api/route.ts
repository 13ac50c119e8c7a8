import { operationRoutes } from '@latchkey/contract'
import { sha256 } from '../../core/bytes.ts'
import { type Route, serve } from '../../sessions/route.ts'
import type { OpenApi } from './document.ts'
import { isHeld } from '../if-none-match.ts'

/** Serves the document; made on the first request, since it describes the route that serves it as well. */
export function createOpenApiRoute(document: () => OpenApi): Route {
  let made: { text: string; etag: string } | null = null

  return serve(operationRoutes.openApi, async ({ request }) => {
    made ??= render(document())
    const headers = { etag: made.etag, 'cache-control': 'no-cache' }
    if (isHeld(request.header('if-none-match'), made.etag)) return { status: 304, headers }
    return { status: 200, body: made.text, headers }
  })
}

function render(document: OpenApi): { text: string; etag: string } {
  const text = JSON.stringify(document)
  return { text, etag: `"${sha256(text).toString('base64url').slice(0, 22)}"` }
}
