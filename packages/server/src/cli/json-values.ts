/** One value of a file of JSON values, with the line on which it begins. */
export interface JsonText {
  line: number
  text: string
}

/**
 * Splits a stream of text into its JSON values without holding more than one: a JSON array of them, or one on each
 * line. The values are not parsed, so that a faulty one leaves the others whole.
 */
export async function* splitJsonValues(chunks: AsyncIterable<string>): AsyncGenerator<JsonText> {
  let splitter: Splitter | undefined
  let head = ''
  for await (const chunk of chunks) {
    head += chunk
    const first = /[^\s\u{feff}]/u.exec(head)
    if (!splitter && !first) continue
    splitter ??= first?.[0] === '[' ? new ArraySplitter() : new LineSplitter()
    yield* splitter.push(head)
    head = ''
  }
  if (splitter) yield* splitter.end()
}

interface Splitter {
  push(text: string): JsonText[]
  end(): JsonText[]
}

class LineSplitter implements Splitter {
  #rest = ''
  #line = 0

  push(text: string): JsonText[] {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#take(line))
  }

  end(): JsonText[] {
    return this.#take(this.#rest)
  }

  #take(line: string): JsonText[] {
    this.#line++
    const text = line.replace('\u{feff}', '').trim()
    return text === '' ? [] : [{ line: this.#line, text }]
  }
}

/** Counts brackets outside of strings; a comma on the lowest level ends a value. */
class ArraySplitter implements Splitter {
  #line = 1
  #depth = 0
  #inString = false
  #escaped = false
  #text = ''
  #startLine = 1

  push(text: string): JsonText[] {
    const values: JsonText[] = []
    for (const character of text) {
      if (character === '\n') this.#line++
      if (this.#inString) this.#readString(character)
      else if (this.#endsValue(character)) values.push(...this.end())
      else this.#readStructure(character)
    }
    return values
  }

  end(): JsonText[] {
    const text = this.#text.trim()
    this.#text = ''
    return text === '' ? [] : [{ line: this.#startLine, text }]
  }

  #endsValue(character: string): boolean {
    return this.#depth === 1 && (character === ',' || character === ']')
  }

  #readString(character: string): void {
    this.#text += character
    if (this.#escaped) this.#escaped = false
    else if (character === '\\') this.#escaped = true
    else if (character === '"') this.#inString = false
  }

  #readStructure(character: string): void {
    if (this.#depth === 0) {
      if (character === '[') this.#depth = 1
      return
    }
    if (this.#text === '' && /\s/.test(character)) return
    if (this.#text === '') this.#startLine = this.#line
    this.#text += character
    if (character === '"') this.#inString = true
    if (character === '{' || character === '[') this.#depth++
    if (character === '}' || character === ']') this.#depth--
  }
}
