import type { HttpMethod } from '@latchkey/contract'
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'

export interface Match<Target> {
  target: Target
  params: Record<string, string>
}

export interface Routing<Target> {
  /** Paths with parameters as `{id}`. */
  add(method: HttpMethod, path: string, target: Target): void
  /** The methods that the path supports, if it does not support this one. */
  find(method: string, path: string): Match<Target> | { allow: string[] } | null
}

const methods: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export function createRouting<Target>(): Routing<Target> {
  const router = new SmartRouter<Target>({ routers: [new RegExpRouter(), new TrieRouter()] })

  return {
    add: (method, path, target) => router.add(method, path.replaceAll(/\{(\w+)\}/g, ':$1'), target),
    find(method, path) {
      const match = lookUp(method, path)
      if (match) return match
      const allow = methods.filter((other) => other !== method && lookUp(other, path))
      return allow.length > 0 ? { allow } : null
    },
  }

  function lookUp(method: string, path: string): Match<Target> | null {
    const [found, stash] = router.match(method, path)
    const first = found[0]
    if (!first) return null
    const [target, positions] = first
    const params: Record<string, string> = {}
    for (const [name, position] of Object.entries(positions)) {
      params[name] = decode(typeof position === 'number' ? (stash?.[position] ?? '') : position)
    }
    return { target, params }
  }
}

/** Decodes a segment. An undecodable one is passed on unchanged; the schema of the parameter refuses it. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
