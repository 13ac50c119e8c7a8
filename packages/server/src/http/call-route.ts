import type { HttpMethod } from '@latchkey/contract'
import type { CallRoute } from '../page-kit/site.ts'
import type { Route } from '../sessions/route.ts'
import type { Admission } from './admission.ts'
import type { Exchange } from './exchange.ts'
import { createPipeline, type Steps } from './pipeline.ts'
import { type FindHolder, provePerson } from './steps/authenticate.ts'
import { readGiven } from './steps/input.ts'

/**
 * Creates the function by which pages call the routes of the API. It uses the same pipeline: a page keeps every rule of
 * its route, and cannot say who is calling.
 */
export function createCallRoute(
  { admission, findHolder }: { admission: Admission; findHolder: FindHolder },
  steps: Omit<Steps, 'input'>,
): CallRoute {
  return async (route, given, { incoming, context }) => {
    const exchange: Exchange = {
      incoming,
      // The page's method: an address opened by GET may be reached from anywhere, as from a link in a mail.
      method: incoming.method as HttpMethod,
      route,
      contract: route.contract,
      pathParams: {},
      search: '',
      context,
      caller: null,
      params: undefined,
      query: undefined,
      headers: undefined,
      body: undefined,
    }
    await createPipeline(route.contract.access, { ...steps, input: readGiven(given) })(exchange)
    const proveCaller = () => provePerson(steps.authenticate, exchange)
    const call = { ...exchange, request: context, proveCaller, findHolder: () => findHolder(context) }
    const answer = await admission.within(exchange, () =>
      route.handle(call as Parameters<Route['handle']>[0]),
    )
    if (answer instanceof Response)
      throw new TypeError(`${route.contract.id} answers by itself: no page calls it`)
    return answer
  }
}
