import './styles/account.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { loadWords } from './account/words/load-words.ts'
import { languageOf } from './base/locale/languages.ts'

const root = document.getElementById('app')!
// The server has chosen: by the cookie, else by what the browser asks for.
const language = languageOf(document.documentElement.lang) ?? 'en'

try {
  const [words, app] = await Promise.all([
    loadWords(language),
    // Only in a secure context: elsewhere the client cannot be created.
    isSecureContext ? import('./account/account-app.tsx') : null,
  ])
  if (!app) root.textContent = words.shell.insecure
  else
    createRoot(root).render(
      <StrictMode>
        <app.AccountApp initial={{ language, words }} />
      </StrictMode>,
    )
} catch (error) {
  root.textContent = 'This page could not be loaded. Load it again.'
  throw error
}
