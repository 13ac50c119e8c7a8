import type { z } from 'zod'

/** One setting: everything that the loader, the error messages and the documentation know of it. */
export interface Setting<Schema extends z.ZodType = z.ZodType> {
  group: string
  /** The environment variable. */
  env: string
  /** Accepts the variable's text and typed values; its description completes "expected …". */
  schema: Schema
  /** Text that the schema reads; null for none. */
  fallback: string | null | Derived
  /** A value that a reader may copy; for a whole secret, the command that makes one. */
  example: string
  description: string
  /**
   * `whole`: never shown. `credentials`: a URL that is shown without user and password.
   * Both can also be read from the file that `<env>_FILE` names.
   */
  secret?: 'whole' | 'credentials'
}

/** A default that is made from settings which stand above. */
interface Derived {
  /** How the documentation writes it. */
  text: string
  of: readonly (keyof Known)[]
  from: (known: Known) => string
}

interface Known {
  nodeEnv: string
  port: number
  publicUrl: string
  dataFolder: string
  appName: string
  hashConcurrency: number
  signInMethods: readonly string[]
}

export const setting = <Schema extends z.ZodType>(row: Setting<Schema>): Setting<Schema> => row
