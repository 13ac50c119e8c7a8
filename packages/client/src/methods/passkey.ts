import { call, elevate, enter } from './call.ts'
import {
  accepted,
  AuthClientError,
  type BearerCode,
  type Result,
  resultOf,
  type StepUpCode,
} from '../wire/errors.ts'
import type { Method } from './method.ts'
import { type LoginAnswer, type Next, nextOf } from '../wire/next.ts'
import type { Passkey, SignedIn, User } from '../wire/wire.ts'

/**
 * The refusals of a browser. `passkey_cancelled`: closed, out of time, or taken over by another call; it does not say
 * which. `passkey_present`: this device has one for the account. `passkey_wrong_site`: this page is not on the domain of the
 * passkeys (`PASSKEY_RP_ID`, `PASSKEY_ORIGINS`).
 */
export type PasskeyFault =
  | 'passkeys_unsupported'
  | 'passkey_cancelled'
  | 'passkey_present'
  | 'passkey_wrong_site'

type Proof = 'second_factor_invalid' | 'challenge_invalid' | PasskeyFault

/**
 * Every call answers `{ data, error }` and throws nothing. A call that asks the browser ends an older one still
 * waiting.
 */
export interface PasskeyApi {
  /** True if this browser has passkeys at all; on a server false. */
  isSupported(): boolean
  /** True if it offers them among the addresses of a form (`autocomplete="username webauthn"`). */
  canAutofill(): Promise<boolean>
  /**
   * With `autofill` it waits, without a dialogue, until somebody chooses a passkey in a form: call it when the form
   * appears, and abort it by `signal` when the form goes. Else the browser asks at once.
   */
  login(options?: {
    autofill?: boolean
    /** @default true */
    remember?: boolean
    signal?: AbortSignal
  }): Promise<Result<Next, 'passkey_invalid' | 'passkey_unknown' | 'invalid_credentials' | PasskeyFault>>
  /** Adds a passkey on this device; without a name it is named after its provider. */
  register(options?: {
    name?: string
    signal?: AbortSignal
  }): Promise<Result<Passkey, 'passkey_invalid' | 'passkey_limit_reached' | PasskeyFault | BearerCode>>
  list(): Promise<Result<Passkeys, BearerCode>>
  rename(id: string, name: string): Promise<Result<Passkey, 'passkey_not_found' | BearerCode>>
  /** Every other session ends; the browser is told to forget it. */
  remove(id: string): Promise<Result<true, 'passkey_not_found' | 'last_credential' | BearerCode>>
  /** True if a sign-in by another method asks for a passkey as well. */
  askAfterPassword(enabled: boolean): Promise<Result<true, 'passkey_not_found' | BearerCode>>
  /** Finishes a sign-in that answered `next: 'second_factor'` and names `passkey` among its factors. */
  verify(input: {
    ticket: string
    signal?: AbortSignal
  }): Promise<Result<{ next: 'done'; user: User }, Proof | 'invalid_credentials'>>
  /** Steps up, within the session. */
  stepUp(options?: { signal?: AbortSignal }): Promise<Result<true, Proof | StepUpCode>>
}

export interface Passkeys {
  /** Oldest first. */
  items: Passkey[]
  asksAfterPassword: boolean
}

interface Ceremony {
  ticket: string
  options: Record<string, unknown>
}
/** The result of `toJSON()`, which the server reads. */
type CredentialJson = { id: string }
type PasskeyList = Passkeys & { rpId: string; userHandle: string }

const factor = 'passkey'
/** A question is good for ten minutes; a form may stand open for longer. */
const renewal = 8 * 60_000

/** Passkeys (WebAuthn), by what the browser brings itself. */
export const passkey = (): Method<'passkey', PasskeyApi> => ({
  name: 'passkey',
  create(context) {
    const ask = createAsk()
    const get = (path: string) => call<PasskeyList>(context, path, { method: 'GET' })
    const at = (id: string) => `/passkeys/${encodeURIComponent(id)}`

    return {
      isSupported,
      canAutofill,
      login: ({ autofill = false, remember, signal } = {}) =>
        resultOf(async () => {
          const begin = () => context.api<Ceremony>('/passkeys/login/options', { body: {} })
          const { ticket, response, rpId } = autofill
            ? await ask.amongAddresses(begin, signal)
            : await ask.atOnce(begin, signal)
          const body = { ticket, response, remember, ...context.tokenTransport }
          const entered = enter<LoginAnswer>(context, '/passkeys/login/verify', body)
          return nextOf(await entered.catch((error: unknown) => forgetUnknown(rpId, response, error)))
        }),
      register: ({ name, signal } = {}) =>
        resultOf(async () => {
          const begin = () => call<Ceremony>(context, '/passkeys/registration/options', { body: {} })
          const { ticket, response } = await ask.forNew(begin, signal)
          return await call(context, '/passkeys/registration/verify', { body: { ticket, response, name } })
        }),
      list: () =>
        resultOf(async () => {
          const list = await get('/passkeys')
          const { items, asksAfterPassword } = list
          return { items, asksAfterPassword }
        }),
      rename: (id, name) => resultOf(() => call(context, at(id), { method: 'PATCH', body: { name } })),
      remove: (id) =>
        accepted(async () => {
          await call(context, at(id), { method: 'DELETE' })
          await forgetRemoved(await get('/passkeys').catch(() => null))
        }),
      askAfterPassword: (enabled) =>
        accepted(() => call(context, '/passkeys/second-factor', { method: 'PUT', body: { enabled } })),
      verify: ({ ticket, signal }) =>
        resultOf(async () => {
          const begin = async () => ({
            ...(await context.api<Ceremony>('/login/second-factor/begin', { body: { ticket, factor } })),
            ticket,
          })
          const { response } = await ask.atOnce(begin, signal)
          const { user } = await enter<SignedIn>(context, '/login/second-factor', {
            ticket,
            factor,
            response,
          })
          return { next: 'done', user }
        }),
      stepUp: ({ signal } = {}) =>
        accepted(async () => {
          const begin = () => call<Ceremony>(context, '/step-up/begin', { body: { factor } })
          const { ticket, response } = await ask.atOnce(begin, signal)
          await elevate(context, '/step-up', { ticket, factor, response })
        }),
    }
  },
})

interface Answered {
  ticket: string
  response: CredentialJson
  rpId: string
}
type Begin = () => Promise<Ceremony>

/** One dialogue at a time: browsers refuse the second. */
function createAsk() {
  let waiting: AbortController | null = null

  return { atOnce, amongAddresses, forNew }

  function atOnce(begin: Begin, signal?: AbortSignal): Promise<Answered> {
    return inTurn(signal, (own) => getBy(begin, { signal: own }))
  }

  function amongAddresses(begin: Begin, signal?: AbortSignal): Promise<Answered> {
    return inTurn(signal, async (own) => {
      if (!(await canAutofill())) throw unsupported()
      for (;;) {
        const round = AbortSignal.any([own, AbortSignal.timeout(renewal)])
        try {
          return await getBy(begin, { signal: round, mediation: 'conditional' })
        } catch (error) {
          if (own.aborted || !round.aborted) throw error
        }
      }
    })
  }

  function forNew(begin: Begin, signal?: AbortSignal): Promise<Answered> {
    return inTurn(signal, async (own) => {
      const { ticket, options } = await begin()
      const json = options as unknown as PublicKeyCredentialCreationOptionsJSON
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json)
      return answered(ticket, json.rp.id, await navigator.credentials.create({ publicKey, signal: own }))
    })
  }

  async function inTurn(
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Answered>,
  ): Promise<Answered> {
    if (!isSupported()) throw unsupported()
    waiting?.abort()
    const own = (waiting = new AbortController())
    try {
      return await work(signal ? AbortSignal.any([own.signal, signal]) : own.signal)
    } catch (error) {
      throw toFault(error)
    } finally {
      if (waiting === own) waiting = null
    }
  }
}

async function getBy(
  begin: Begin,
  how: { signal: AbortSignal; mediation?: CredentialMediationRequirement },
): Promise<Answered> {
  const { ticket, options } = await begin()
  const json = options as unknown as PublicKeyCredentialRequestOptionsJSON
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json)
  return answered(ticket, json.rpId, await navigator.credentials.get({ publicKey, ...how }))
}

function answered(ticket: string, rpId: string | undefined, credential: Credential | null): Answered {
  if (!(credential instanceof PublicKeyCredential)) throw fault('passkey_cancelled', 'No passkey was chosen.')
  return { ticket, response: credential.toJSON(), rpId: rpId ?? '' }
}

const isSupported = (): boolean =>
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential

const canAutofill = async (): Promise<boolean> =>
  isSupported() && (await PublicKeyCredential.isConditionalMediationAvailable())

/** WebAuthn Level 3 §5.1.3 and §5.1.4: what the browser's errors say, which is not much. */
function toFault(error: unknown): unknown {
  if (!(error instanceof DOMException)) return error
  switch (error.name) {
    case 'InvalidStateError':
      return fault('passkey_present', 'This device has a passkey for the account.', error)
    case 'SecurityError':
      return fault('passkey_wrong_site', 'This page is not on the domain of the passkeys.', error)
    case 'NotSupportedError':
      return unsupported(error)
    default:
      return fault('passkey_cancelled', 'No passkey was used.', error)
  }
}

const unsupported = (cause?: unknown) =>
  fault('passkeys_unsupported', 'This browser cannot use passkeys.', cause)

const fault = (code: PasskeyFault, message: string, cause?: unknown) =>
  new AuthClientError(code, message, { cause })

// WebAuthn Level 3 §5.1.10; not in every browser yet.
interface Signals {
  signalUnknownCredential?(about: { rpId: string; credentialId: string }): Promise<void>
  signalAllAcceptedCredentials?(about: {
    rpId: string
    userId: string
    allAcceptedCredentialIds: string[]
  }): Promise<void>
}
const signals = (): Signals => (isSupported() ? PublicKeyCredential : {})

/** Never resolves: throws what it was given, after the browser has heard that no account knows the passkey. */
async function forgetUnknown(rpId: string, { id }: CredentialJson, error: unknown): Promise<never> {
  if (error instanceof AuthClientError && error.code === 'passkey_unknown')
    await signals()
      .signalUnknownCredential?.({ rpId, credentialId: id })
      .catch(() => {})
  throw error
}

async function forgetRemoved(list: PasskeyList | null): Promise<void> {
  if (!list) return
  const { rpId, userHandle: userId, items } = list
  const allAcceptedCredentialIds = items.map(({ credentialId }) => credentialId)
  await signals()
    .signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds })
    .catch(() => {})
}
