import { accepted, type BearerCode, type Result, resultOf } from '../wire/errors.ts'
import { call, openCall } from './call.ts'
import type { Method } from './method.ts'
import type { LinkedAccount, Provider } from '../wire/wire.ts'

/** The destination, and how to get there. */
export interface Departure {
  /** The final destination: a path of the server, or an address of `RETURN_URLS`. @default the present page */
  returnTo?: string
  /** How to get there. @default the page goes */
  open?: (url: string) => void
}

type BeginCode = 'provider_not_found' | 'provider_unavailable'

/** Every call answers `{ data, error }` and throws nothing. */
export interface FederationApi {
  /** Lists the providers that people can sign in with. */
  providers(): Promise<Result<Provider[], never>>
  /**
   * Leaves for the provider, and comes back signed in by cookies. `remember`: false ends the session with the browser.
   * @default true
   */
  signIn(provider: string, options?: Departure & { remember?: boolean }): Promise<Result<true, BeginCode>>
  /** Leaves to add an account at the provider; asks for a fresh sign-in. */
  link(provider: string, options?: Departure): Promise<Result<true, BeginCode | BearerCode>>
  list(): Promise<Result<LinkedAccount[], BearerCode>>
  /** Asks for a fresh sign-in; other devices are signed out. */
  unlink(id: string): Promise<Result<true, 'linked_account_not_found' | 'last_credential' | BearerCode>>
}

/** Signing in with others. */
export const federation = (): Method<'federation', FederationApi> => ({
  name: 'federation',
  create: (context) => ({
    providers: () =>
      resultOf(
        async () => (await openCall<{ items: Provider[] }>(context, '/federation', { method: 'GET' })).items,
      ),
    signIn: (provider, { remember, ...departure } = {}) =>
      accepted(async () => {
        const body = { ...returnToOf(departure), ...(remember !== undefined && { remember }) }
        depart(await openCall(context, pathOf(provider), { body }), departure)
      }),
    link: (provider, departure = {}) =>
      accepted(async () =>
        depart(await call(context, `${pathOf(provider)}/link`, { body: returnToOf(departure) }), departure),
      ),
    list: () =>
      resultOf(
        async () =>
          (await call<{ items: LinkedAccount[] }>(context, '/linked-accounts', { method: 'GET' })).items,
      ),
    unlink: (id) =>
      accepted(() => call(context, `/linked-accounts/${encodeURIComponent(id)}`, { method: 'DELETE' })),
  }),
})

const pathOf = (provider: string): string => `/federation/${encodeURIComponent(provider)}`

const returnToOf = ({ returnTo = here() }: Departure) => (returnTo === undefined ? {} : { returnTo })

const here = (): string | undefined => (typeof location === 'object' ? location.href : undefined)

function depart({ url }: { url: string }, { open = (to) => location.assign(to) }: Departure): void {
  open(url)
}
