import { buildConsole } from '../../scripts/build-console.ts'

/** The account application as its sources are now, once for the whole run. */
export default buildConsole
