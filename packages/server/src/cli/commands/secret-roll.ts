import { countSealed } from '../../core/secrets/sealed-values.ts'
import { sealedValues } from '../../methods/index.ts'
import { listNodes } from '../../core/nodes/store.ts'
import { type Node, nodeCounts, toNode } from '../../core/nodes/nodes.ts'
import { type Command, exitCodes, print } from '../command.ts'
import { decideRoll } from '../decide-roll.ts'
import { renderTable } from '../render-table.ts'
import { withServices } from '../with-services.ts'

export const secretRoll: Command = {
  name: 'secret roll',
  summary: 'Say how far a change of the secret is, and what comes next',
  description:
    'A secret changes in three steps, each on every server before the next: LATCHKEY_SECRET=old,new, then new,old, and new alone once REFRESH_IDLE_TTL has passed and this command counts no authenticator app, recovery code or provider token under the old one. This command asks the running servers which secrets they know. Run it before a step, with the LATCHKEY_SECRET that is to be used: it fails where a server would lack the secret that another makes tokens with.',
  async run({ json }) {
    const { nodes, ours, sealed } = await withServices(async ({ db, ring }) => {
      const nodes = (await listNodes(db, nodeCounts)).map(toNode).filter(({ isRunning }) => isRunning)
      const known = [...ring.describe(), ...nodes.flatMap(({ secrets }) => secrets)]
      const sealed = await countSealed(db, sealedValues, known)
      return { nodes, ours: ring.describe().map(({ fingerprint }) => fingerprint), sealed }
    })
    const roll = decideRoll({ servers: nodes.map(fingerprintsOf), configured: ours, sealed })
    const result = {
      ...roll,
      configured: ours,
      sealed,
      servers: nodes.map((node) => ({ id: node.id, version: node.version, secrets: fingerprintsOf(node) })),
    }
    print(result, json, ({ servers, sentence }) =>
      [
        renderTable([
          ['SERVER', 'VERSION', 'MAKES WITH', 'KNOWS AS WELL'],
          ...servers.map(({ id, version, secrets: [first = '', ...rest] }) => [
            id,
            version,
            first,
            rest.join(', '),
          ]),
          ['this command', '', ours[0] ?? '', ours.slice(1).join(', ')],
        ]),
        '',
        sentence,
      ].join('\n'),
    )
    return roll.isSafe ? exitCodes.done : exitCodes.failed
  },
}

const fingerprintsOf = ({ secrets }: Node): string[] => secrets.map(({ fingerprint }) => fingerprint)
