export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

/** A promise of performance.md, and the result of this run. */
export interface Goal {
  readonly goal: string
  readonly reached: string
  readonly met: boolean
}

/** The result of a measure. `samples` are the figures behind the tables, round by round. */
export interface Findings {
  readonly title: string
  readonly tables: readonly Table[]
  readonly goals: readonly Goal[]
  readonly samples: unknown
}

/** The content of results/*.json. */
export interface Result extends Findings {
  readonly measure: string
  readonly at: string
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string | number>>
  /** The share of the processors that went to other programs meanwhile, 0 to 1; null where it is not known. */
  readonly others: number | null
}
