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
    'A secret changes in three steps, each on every server before the next: LATCHKEY_SECRET=old,new, then new,old, and new alone once REFRESH_IDLE_TTL has passed and no authenticator app, recovery code or provider token is sealed under the old one. This command asks the running servers which secrets they know. Run it before a step, with the LATCHKEY_SECRET that is to be used: it fails where a server would lack the secret that another makes tokens with.',
  async run({ json }) {
    const { nodes, ours } = await withServices(async ({ db, ring }) => ({
      nodes: (await listNodes(db, nodeCounts)).map(toNode).filter(({ isRunning }) => isRunning),
      ours: ring.describe().map(({ fingerprint }) => fingerprint),
    }))
    const roll = decideRoll(nodes.map(fingerprintsOf), ours)
    const result = {
      ...roll,
      configured: ours,
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
