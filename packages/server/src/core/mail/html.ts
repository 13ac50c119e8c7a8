/** HTML whose interpolated texts were escaped. Only {@link html} makes it. */
export class Html {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }

  toString(): string {
    return this.source
  }
}

type Part = string | number | Html | readonly Html[]

/**
 * A template for HTML. Every interpolation is escaped, for text and for quoted attributes, unless it is {@link Html}
 * itself: html`<a href="${link}">${label}</a>`.
 */
export const html = (texts: TemplateStringsArray, ...services: readonly Part[]): Html =>
  new Html(texts.reduce((source, text, at) => source + show(services[at - 1] ?? '') + text))

function show(part: Part): string {
  if (part instanceof Html) return part.source
  return typeof part === 'object' ? part.map(show).join('') : escapeHtml(String(part))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign)
