/** One part of a mail. Both the HTML and the plain text are made from it, so that they always say the same. */
export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'button'; label: string; link: string }
  | { kind: 'code'; code: string }
  | { kind: 'facts'; rows: readonly Fact[] }
  | { kind: 'note'; text: string }

/** A label and its value. The value may come from strangers. */
export type Fact = readonly [label: string, value: string]

export const paragraph = (text: string): Block => ({ kind: 'paragraph', text })

/** The one thing to do. The link is repeated in full below it. */
export const button = (label: string, link: string): Block => ({ kind: 'button', label, link })

export const code = (code: string): Block => ({ kind: 'code', code })

/** Rows that say who, when and where. An unknown row may be null. */
export const facts = (...rows: readonly (Fact | null)[]): Block => ({
  kind: 'facts',
  rows: rows.filter((row) => row !== null),
})

/** Small print. */
export const note = (text: string): Block => ({ kind: 'note', text })

/** A renderer for each kind of block. */
export type BlockRenderers<Result> = {
  readonly [Kind in Block['kind']]: (block: Extract<Block, { kind: Kind }>) => Result
}

// Safe: the renderer is looked up by this block's own kind, which TypeScript cannot follow through the union.
export const renderBlock = <Result>(renderers: BlockRenderers<Result>, block: Block): Result =>
  (renderers[block.kind] as (block: Block) => Result)(block)
