import { readForm } from '../core/request/read-form.ts'
import type { Values } from './form.ts'
import type { PageRequest } from './page.ts'
import type { Site } from './site.ts'

/** Reads a form posted from a page of ours. */
export async function readPost(site: Site, { incoming, context }: PageRequest): Promise<Values> {
  site.source({ method: 'POST', context })
  return await readForm(incoming)
}
