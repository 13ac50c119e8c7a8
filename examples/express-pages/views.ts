import { html } from 'hono/html'
import type { Device, Reader } from './latchkey-api.ts'

export interface Note {
  id: string
  text: string
}

/** The result of `html`, in which every value is escaped. */
export type Html = ReturnType<typeof html>

const page = (title: string, reader: Reader | null, main: Html): Html =>
  html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header>
          <nav><a href="/">Home</a> <a href="/notes">Notes</a> <a href="/devices">Devices</a></nav>
          ${reader ? signOutForm(reader) : html`<a href="/sign-in">Sign in</a>`}
        </header>
        <main>
          <h1>${title}</h1>
          ${main}
        </main>
      </body>
    </html>`

/** Latchkey's own page: nothing of it is ours but the button. */
const signOutForm = ({ email }: Reader): Html =>
  html`<form method="post" action="/sign-out">${email} <button>Sign out</button></form>`

export const homePage = (reader: Reader | null): Html =>
  page(
    'Notes on paper',
    reader,
    reader
      ? html`<p>
          Hello ${reader.name ?? reader.email}. Your <a href="/notes">notes</a> are where you left them.
        </p>`
      : html`<p>
          <a href="/sign-in">Sign in</a> or <a href="/sign-up">create an account</a> to write notes.
        </p>`,
  )

export const notesPage = (reader: Reader | null, notes: readonly Note[], csrf: string): Html =>
  page(
    'Notes',
    reader,
    html`<form method="post" action="/notes">
        ${hidden(csrf)}
        <label>Note <input name="text" required maxlength="500" /></label>
        <button>Add</button>
      </form>
      <ul>
        ${notes.map(
          ({ id, text }) =>
            html`<li>
              <form method="post" action="/notes/${id}/delete">
                ${hidden(csrf)} <span>${text}</span> <button aria-label="Delete ${text}">Delete</button>
              </form>
            </li>`,
        )}
      </ul>`,
  )

export const devicesPage = (reader: Reader | null, devices: readonly Device[], csrf: string): Html =>
  page(
    'Devices',
    reader,
    html`<ul>
      ${devices.map(
        ({ id, label, current, lastUsedAt }) =>
          html`<li>
            <form method="post" action="/devices/${id}/end">
              ${hidden(csrf)} <span>${label}, ${current ? 'this one' : `last used ${lastUsedAt}`}</span>
              ${!current && html`<button aria-label="Sign out ${label}">Sign out</button>`}
            </form>
          </li>`,
      )}
    </ul>`,
  )

const hidden = (csrf: string): Html => html`<input type="hidden" name="csrf_token" value="${csrf}" />`
