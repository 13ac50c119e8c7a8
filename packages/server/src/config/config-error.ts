/** One thing that is wrong in the configuration. */
export interface Fault {
  /** The place of the setting, as written: `PUBLIC_URL`, `option publicUrl`, `latchkey.config.json: publicUrl`. */
  key: string
  /** The given value, already masked if it may hold a secret. */
  given: string
  expected: string
  example?: string
}

/**
 * The configuration cannot be used. The message lists every fault at once, with its key, the given value (secrets
 * masked), the expectation and an example.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super([headline(faults.length), ...faults.map(paragraph)].join('\n\n'))
    this.faults = faults
  }
}

const headline = (count: number): string =>
  `The configuration has ${count === 1 ? 'a fault' : `${count} faults`}. See docs/reference/configuration.md.`

const paragraph = ({ key, given, expected, example }: Fault): string =>
  [
    `  ${key}`,
    `    given:    ${given}`,
    `    expected: ${expected}`,
    ...(example === undefined ? [] : [`    example:  ${example}`]),
  ].join('\n')
