import './styles/account.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { chooseLanguage, loadMessages } from './locale/languages.ts'
import { readLanguageCookie } from './preferences.ts'

const root = document.getElementById('app')!
const language = chooseLanguage([readLanguageCookie(), ...navigator.languages])

try {
  const messages = await loadMessages(language)
  if (isSecureContext) await show(messages)
  else root.textContent = messages.shell.insecure
} catch (error) {
  root.textContent = 'This page could not be loaded. Load it again.'
  throw error
}

async function show(messages: Awaited<ReturnType<typeof loadMessages>>): Promise<void> {
  // Not before: the client refuses to be made where sign-in cannot be safe.
  const { AccountApp } = await import('./account-app.tsx')
  createRoot(root).render(
    <StrictMode>
      <AccountApp initial={{ language, messages }} />
    </StrictMode>,
  )
}
