import type { Config } from '../config/config.ts'
import type { Values } from './form.ts'

/** The configured kind of session, whatever a form says. */
export const sessionKindOf =
  ({ pagesSession }: Pick<Config, 'pagesSession'>) =>
  (values: Values): Values => ({ ...values, sessionKind: pagesSession })
