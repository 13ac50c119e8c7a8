// @ts-check
// The reference is complete without this file. It adds the filter and "Try it".

const tokenField = /** @type {HTMLInputElement} */ (document.getElementById('access-token'))
const filterField = /** @type {HTMLInputElement} */ (document.getElementById('filter'))
const searchable = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-search]')])
const sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('main > section')])
const nothing = /** @type {HTMLElement} */ (document.querySelector('.nothing'))

for (const element of document.querySelectorAll('.tools, .credential, .try'))
  element.removeAttribute('hidden')
filterField.addEventListener('input', () => filter(filterField.value))
for (const form of document.querySelectorAll('.try form'))
  form.addEventListener('submit', (event) => void onSubmit(event))
document.addEventListener('keydown', focusFilter)
if (matchMedia('(max-width: 60rem)').matches)
  document.querySelector('.contents details')?.removeAttribute('open')

/** Shows only what holds every word. @param {string} text */
function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  for (const element of searchable) {
    const content = element.dataset.search ?? ''
    // A status or an error is looked for in the codes that an operation names.
    const more = element.classList.contains('operation')
      ? (element.querySelector('.errors')?.textContent ?? '')
      : ''
    const all = `${content} ${/^\d/.test(text) ? more : ''} ${element.id.toLowerCase()} ${element.querySelector('.status')?.textContent ?? ''}`
    element.hidden = !words.every((word) => all.includes(word))
  }
  for (const section of sections)
    section.hidden = words.length > 0 && !section.querySelector('[data-search]:not([hidden])')
  for (const link of document.querySelectorAll('.contents li')) {
    const id = link.querySelector('a')?.hash.slice(1) ?? ''
    if (link instanceof HTMLElement) link.hidden = document.getElementById(id)?.hidden ?? false
  }
  nothing.hidden = words.length === 0 || sections.some(({ hidden }) => !hidden)
}

/** @param {KeyboardEvent} event */
function focusFilter(event) {
  const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  filterField.focus()
}

/** @param {Event} event */
async function onSubmit(event) {
  event.preventDefault()
  const form = /** @type {HTMLFormElement} */ (event.currentTarget)
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'))
  const outcome = /** @type {HTMLElement} */ (form.nextElementSibling)
  button.disabled = true
  try {
    outcome.replaceChildren(...(await send(form)))
  } catch (error) {
    outcome.replaceChildren(element('p', 'fault', `The request could not be sent: ${String(error)}`))
  } finally {
    button.disabled = false
  }
}

/** @param {HTMLFormElement} form @returns {Promise<HTMLElement[]>} */
async function send(form) {
  const { method = 'GET', path = '' } = form.dataset
  const { address, headers, body } = requestOf(form, path)
  const startedAt = performance.now()
  const answer = await fetch(address, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    cache: 'no-store',
  })
  const text = await answer.text()
  const took = Math.round(performance.now() - startedAt)
  const json = parse(text)
  remember(json, answer, path)
  return [
    element(
      'p',
      answer.ok ? 'went well' : 'went wrong',
      `${answer.status} ${answer.statusText} · ${took} ms`,
    ),
    element('pre', '', [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n')),
    ...(text === '' ? [] : [element('pre', '', json === undefined ? text : JSON.stringify(json, null, 2))]),
  ]
}

/** @param {HTMLFormElement} form @param {string} path */
function requestOf(form, path) {
  /** @type {Record<string, string>} */
  const headers = {}
  const query = new URLSearchParams()
  /** @type {string | undefined} */
  let body
  let address = path
  for (const [field, value] of new FormData(form)) {
    const [place, name = ''] = field.split(':')
    if (typeof value !== 'string' || value === '') continue
    if (place === 'path') address = address.replace(`{${name}}`, encodeURIComponent(value))
    if (place === 'query') query.set(name, value)
    if (place === 'header') headers[name] = value
    if (place === 'body') body = value
  }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (tokenField.value.trim() !== '') headers.Authorization = `Bearer ${tokenField.value.trim()}`
  return { address: query.size > 0 ? `${address}?${query}` : address, headers, body }
}

/** An access token that arrives is used from then on; it is nowhere but in the field. @param {unknown} json @param {Response} answer @param {string} path */
function remember(json, answer, path) {
  if (!answer.ok) return
  if (typeof json === 'object' && json !== null && 'accessToken' in json)
    tokenField.value = String(json.accessToken)
  if (path.endsWith('/logout')) tokenField.value = ''
}

/** @param {string} text @returns {unknown} */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Answers are put in as text, never as markup. @param {string} tag @param {string} className @param {string} text */
function element(tag, className, text) {
  const made = document.createElement(tag)
  made.className = className
  made.textContent = text
  return made
}
