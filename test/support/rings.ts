import { createNodeView } from '../../packages/server/src/core/nodes/nodes.ts'
import { createKeyring, type Keyring } from '../../packages/server/src/core/secrets/keyring.ts'
import { testSecret } from './test-latchkey.ts'

const newer = 'another-secret-for-tests-kP4wN8xTz2qLmB6v'

/** The rings of two processes while a secret rolls: one makes things with a secret that the other lacks, and knows of. */
export function rollingRings(): { ahead: Keyring; behind: Keyring; stranger: Keyring } {
  const ahead = createKeyring([newer, testSecret])
  const view = createNodeView()
  view.others = [{ id: 'ahead', version: '1.0.0', secrets: ahead.describe(), isRunning: true }]
  return {
    ahead,
    behind: createKeyring([testSecret], view),
    stranger: createKeyring(['a-third-secret-for-tests-3Jt8vQ2wN6cXz9Lk']),
  }
}
