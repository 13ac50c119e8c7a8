// @ts-check
// Forms that a passkey answers: asks the server what is to be signed, has the browser sign it, and sends the form with
// the answer. Where the browser has no passkeys, such a form stays hidden.

/** How long the offer among the addresses stands before a fresh question takes its place: shorter than the server waits. */
const renewal = 8 * 60 * 1000
const kept = 'latchkey-passkey-tried'

/** Ends the waiting of the button, or of the offer among the addresses. */
let waiting = new AbortController()

const canJson =
  typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (form instanceof HTMLFormElement && canJson) offer(form)
}
if (canJson) void forgetUnknown()

/** @param {HTMLFormElement} form */
function offer(form) {
  form.hidden = false
  for (const each of document.querySelectorAll('[data-without-passkey]')) each.remove()
  form.addEventListener('submit', (event) => {
    if (event.submitter?.hasAttribute('formnovalidate')) return
    event.preventDefault()
    void press(form)
  })
  if (form.dataset['passkey'] === 'sign-in') void offerAmongAddresses(form)
}

/** @param {HTMLFormElement} form */
async function press(form) {
  const button = form.querySelector('button')
  showFault(form, '')
  if (button) button.disabled = true
  waiting.abort()
  waiting = new AbortController()
  try {
    await answer(form, { signal: waiting.signal })
  } catch {
    // Closed by its user, out of time, or refused by the browser: it does not say which, and it does not matter.
    showFault(form, form.dataset['failed'] ?? '')
    if (form.dataset['passkey'] === 'sign-in') void offerAmongAddresses(form)
  } finally {
    if (button) button.disabled = false
  }
}

/**
 * Passkeys stand among the addresses that the browser offers in the form above, from the start.
 * @param {HTMLFormElement} form
 */
async function offerAmongAddresses(form) {
  const isOffered = await PublicKeyCredential.isConditionalMediationAvailable?.()
  if (!isOffered || !document.querySelector('input[autocomplete~="webauthn"]')) return
  waiting = new AbortController()
  const { signal } = waiting
  const timer = setTimeout(() => {
    waiting.abort()
    void offerAmongAddresses(form)
  }, renewal)
  try {
    await answer(form, { signal, mediation: 'conditional' })
  } catch {
    // Nobody chose one, or the button was pressed instead.
  } finally {
    clearTimeout(timer)
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {{ signal: AbortSignal, mediation?: CredentialMediationRequirement }} how
 */
async function answer(form, how) {
  const { ticket, options } = await question(form)
  const isNew = form.dataset['passkey'] === 'add'
  const credential = isNew
    ? await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        signal: how.signal,
      })
    : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        ...how,
      })
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('no passkey')
  keepTried(options.rpId, credential.id)
  if (ticket !== undefined) put(form, 'ticket', ticket)
  put(form, 'response', JSON.stringify(credential.toJSON()))
  const remember = document.querySelector('input[type="checkbox"][name="remember"]')
  if (remember instanceof HTMLInputElement) put(form, 'remember', String(remember.checked))
  form.submit()
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<{ ticket?: string, options: any }>}
 */
async function question(form) {
  const { options, begin = '', factor } = form.dataset
  if (options !== undefined) return { options: JSON.parse(options) }
  const token = form.elements.namedItem('token')
  const body =
    factor === undefined || !(token instanceof HTMLInputElement) ? {} : { ticket: token.value, factor }
  const reply = await fetch(begin, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!reply.ok) throw new TypeError(`answered ${reply.status}`)
  return await reply.json()
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 * @param {string} value
 */
function put(form, name, value) {
  const found = form.elements.namedItem(name)
  const input = found instanceof HTMLInputElement ? found : document.createElement('input')
  input.type = 'hidden'
  input.name = name
  input.value = value
  form.append(input)
}

/**
 * @param {HTMLFormElement} form
 * @param {string} text
 */
function showFault(form, text) {
  let fault = form.querySelector('.fault')
  if (!fault) {
    fault = document.createElement('p')
    fault.className = 'fault'
    fault.setAttribute('role', 'alert')
    form.prepend(fault)
  }
  fault.textContent = text
}

/**
 * Keeps the passkey that the server may not know, for the page that follows.
 * @param {string | undefined} rpId
 * @param {string} credentialId
 */
function keepTried(rpId, credentialId) {
  if (rpId !== undefined) sessionStorage.setItem(kept, JSON.stringify({ rpId, credentialId }))
}

/** The server has told that no account knows it: the browser need not offer it again. */
async function forgetUnknown() {
  const tried = sessionStorage.getItem(kept)
  sessionStorage.removeItem(kept)
  if (tried === null || !document.querySelector('form[data-refused="passkey_unknown"]')) return
  await PublicKeyCredential.signalUnknownCredential?.(JSON.parse(tried))
}

// A form for the password says whether this device could do without one the next time.
const signIn = document.querySelector('form[data-offers-passkeys]')
if (signIn instanceof HTMLFormElement && canJson) {
  const isPossible = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
  if (isPossible) put(signIn, 'passkeys', 'possible')
}
