import { html } from 'hono/html'

type Filling = ReturnType<typeof html> | string

/** The message with its places filled in, everything escaped. Throws TypeError for a place that nothing fills. */
export const fill = (message: string, values: Readonly<Record<string, Filling>>): ReturnType<typeof html> =>
  html`${message.split(/\{(\w+)\}/).map((part, index) => (index % 2 === 0 ? part : valueOf(part, values)))}`

function valueOf(place: string, values: Readonly<Record<string, Filling>>): Filling {
  const value = values[place]
  if (value === undefined) throw new TypeError(`nothing fills {${place}}`)
  return value
}
