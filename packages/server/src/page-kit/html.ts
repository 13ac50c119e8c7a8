import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

export const hidden = (name: string, value: string): Html =>
  html`<input type="hidden" name="${name}" value="${value}" />`
