// @ts-check
// The pages work without this file. It lets people look at the password they type, and leads to what went wrong.

for (const input of document.querySelectorAll('input[type="password"]')) {
  if (input instanceof HTMLInputElement) addReveal(input)
}

const summary = document.querySelector('.summary')
if (summary instanceof HTMLElement) summary.focus()

/** @param {HTMLInputElement} input */
function addReveal(input) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'reveal'
  button.setAttribute('aria-controls', input.id)
  const show = (/** @type {boolean} */ visible) => {
    input.type = visible ? 'text' : 'password'
    button.textContent = visible ? 'Hide' : 'Show'
    button.setAttribute('aria-label', visible ? 'Hide the password' : 'Show the password')
  }
  show(false)
  button.addEventListener('click', () => show(input.type === 'password'))
  // A password in a text field would be kept by the browser's form history.
  input.form?.addEventListener('submit', () => show(false))
  input.after(button)
}
