// @ts-check
// The pages work without this file. It lets people look at the password they type, leads to what went wrong, and
// counts the seconds that somebody has to wait.

for (const input of document.querySelectorAll('input[type="password"]')) {
  if (input instanceof HTMLInputElement) addReveal(input)
}

const summary = document.querySelector('.summary')
if (summary instanceof HTMLElement) summary.focus()

const waiting = document.querySelector('button[data-wait]')
if (waiting instanceof HTMLButtonElement) holdBack(waiting)

/** @param {HTMLInputElement} input */
function addReveal(input) {
  const { show, hide, showPassword, hidePassword } = document.body.dataset
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  button.setAttribute('aria-controls', input.id)
  const reveal = (/** @type {boolean} */ visible) => {
    input.type = visible ? 'text' : 'password'
    button.textContent = (visible ? hide : show) ?? ''
    button.setAttribute('aria-label', (visible ? hidePassword : showPassword) ?? '')
  }
  reveal(false)
  button.addEventListener('click', () => reveal(input.type === 'password'))
  // A password in a text field would be kept by the browser's form history.
  input.form?.addEventListener('submit', () => reveal(false))
  input.after(button)
  // As wide as its word is in this language.
  input.style.paddingInlineEnd = `${button.offsetWidth + 12}px`
}

/**
 * Sending before the time is over only lengthens it.
 * @param {HTMLButtonElement} button
 */
function holdBack(button) {
  const until = performance.now() + Number(button.dataset['wait']) * 1000
  button.disabled = true
  const timer = setInterval(count, 500)

  function count() {
    const left = Math.ceil((until - performance.now()) / 1000)
    if (left > 0) return showLeft(left)
    clearInterval(timer)
    button.disabled = false
    if (summary instanceof HTMLElement) summary.hidden = true
  }
}

/** @param {number} seconds */
function showLeft(seconds) {
  const [count, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  const format = new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  })
  for (const place of document.querySelectorAll('[data-countdown]')) place.textContent = format.format(count)
}
