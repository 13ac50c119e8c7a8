import { renderBlock, type Block, type BlockRenderers } from './blocks.ts'
import { tame } from './tame.ts'

/** A mail as plain text. */
export const renderText = (title: string, blocks: readonly Block[], footer: string): string =>
  [title, ...blocks.map((block) => renderBlock(renderers, block)), `-- \n${footer}`].join('\n\n') + '\n'

const renderers: BlockRenderers<string> = {
  paragraph: ({ text }) => text,
  button: ({ label, link }) => `${label}:\n${link}`,
  code: ({ code }) => `    ${code}`,
  facts: ({ rows }) => rows.map(([label, value]) => `${label}: ${tame(value)}`).join('\n'),
  note: ({ text }) => text,
}
