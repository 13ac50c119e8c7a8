/** One flow as people read it: who says what to whom, from top to bottom. */
export interface Flow {
  title: string
  /** The whole picture in a sentence, for readers who cannot see it. */
  description: string
  actors: readonly string[]
  steps: readonly Step[]
}

/** A message from one actor to another, what one of them does, or what holds from here on. */
export type Step = Message | { at: number; does: string } | { chapter: string }

interface Message {
  from: number
  to: number
  says: string
  isAnswer?: true
}

const width = 860
const margin = 24
const headHeight = 84
const lineHeight = 17
/** Mean width of a letter at 13 px, a little more than it is. */
const letter = 6.7

/** The flow as a picture that follows the reader's light or dark. */
export function renderFlow({ title, description, actors, steps }: Flow): string {
  const lane = (width - 2 * margin) / actors.length
  const column = (index: number): number => Math.round(margin + lane * (index + 0.5))
  const rows: string[] = []
  let y = headHeight
  for (const step of steps) {
    const { drawn, height } = drawStep(step, y)
    rows.push(drawn)
    y += height
  }
  const height = y + margin
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" font-size="13">
  <title id="t">${escape(title)}</title>
  <desc id="d">${escape(description)}</desc>
  <style>
    .paper { fill: #f7f6f2 } .text { fill: #1c1f1e } .quiet { fill: #4b524f } .box { fill: #fff; stroke: #1b5e56 }
    .line { stroke: #1b5e56 } .life { stroke: #b9c4c0 } .tip { fill: #1b5e56 } .note { fill: #e6efec }
    .said { fill: #1c1f1e; stroke: #f7f6f2; stroke-width: 5; paint-order: stroke }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #171b1a } .text { fill: #eceeed } .quiet { fill: #b4bdb9 } .box { fill: #202726; stroke: #6fc2b4 }
      .line { stroke: #6fc2b4 } .life { stroke: #3a4542 } .tip { fill: #6fc2b4 } .note { fill: #24312e }
      .said { fill: #eceeed; stroke: #171b1a }
    }
  </style>
  <defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0 0 10 5 0 10z"/></marker></defs>
  <rect class="paper" width="${width}" height="${height}" rx="14"/>
${actors.map((name, index) => drawActor(name, column(index), height)).join('\n')}
${rows.join('\n')}
</svg>
`

  function drawActor(name: string, x: number, bottom: number): string {
    const half = Math.round(Math.min(lane - 12, name.length * letter * 1.15 + 36) / 2)
    return `  <path class="life" stroke-dasharray="3 4" d="M${x} 58V${bottom - 14}"/>
  <rect class="box" stroke-width="1.5" x="${x - half}" y="22" width="${2 * half}" height="36" rx="9"/>
  <text class="text" font-weight="700" text-anchor="middle" x="${x}" y="45">${escape(name)}</text>`
  }

  function drawStep(step: Step, y: number): { drawn: string; height: number } {
    if ('chapter' in step) return drawChapter(step.chapter, y)
    return 'does' in step ? drawDeed(step.does, column(step.at), y) : drawMessage(step, y)
  }

  function drawMessage({ from, to, says, isAnswer }: Message, y: number) {
    const [start, end] = [column(from), column(to)]
    const direction = Math.sign(end - start)
    const lines = wrap(says, Math.abs(end - start) - 24)
    const foot = y + lines.length * lineHeight + 4
    const middle = (start + end) / 2
    const dashes = isAnswer ? ' stroke-dasharray="6 4"' : ''
    const line = `  <path class="line" fill="none" stroke-width="1.8"${dashes} marker-end="url(#a)" d="M${start} ${foot}H${end - 3 * direction}"/>`
    return {
      drawn: `${drawLines(lines, middle, y, 'said')}\n${line}`,
      height: lines.length * lineHeight + 22,
    }
  }

  function drawDeed(text: string, x: number, y: number) {
    const lines = wrap(text, Math.min(lane * 1.5, 270))
    const half = Math.round((Math.max(...lines.map(({ length }) => length)) * letter) / 2 + 14)
    const left = Math.max(8, Math.min(width - 2 * half - 8, x - half))
    const box = `  <rect class="note" x="${left}" y="${y - 6}" width="${2 * half}" height="${lines.length * lineHeight + 12}" rx="7"/>`
    return {
      drawn: `${box}\n${drawLines(lines, left + half, y, 'quiet')}`,
      height: lines.length * lineHeight + 24,
    }
  }

  function drawChapter(text: string, y: number) {
    const line = `  <path class="life" d="M${margin} ${y + 4}H${width - margin}"/>`
    return {
      drawn: `${line}\n  <text class="quiet" font-style="italic" x="${margin}" y="${y + 24}">${escape(text)}</text>`,
      height: 46,
    }
  }
}

function drawLines(lines: readonly string[], x: number, y: number, kind: 'said' | 'quiet'): string {
  return lines
    .map((line, index) => {
      const baseline = y + 11 + index * lineHeight
      return `  <text class="${kind}" text-anchor="middle" x="${x}" y="${baseline}">${escape(line)}</text>`
    })
    .join('\n')
}

function wrap(text: string, room: number): string[] {
  const most = Math.floor(room / letter)
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string
    if (line !== '' && line.length + 1 + word.length > most) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
