import { accountEvents, type EventRow, rowOf } from './table.ts'

/** docs/reference/account-events.md. A test holds the committed file against this. */
export const renderEventsReference = (): string =>
  `${introduction}

| ${['event', ...columns.map(({ title }) => title), 'told by mail'].join(' | ')} |
| ${Array.from({ length: columns.length + 2 }, () => '---').join(' | ')} |
${accountEvents.map((event) => line(rowOf(event))).join('\n')}
`

const introduction = `# What an event of an account ends

<!-- Made from packages/server/src/identity/events/table.ts. After a change there: npx vitest run packages/server/src/identity/events -u -->

Whether it comes by a page, the API, an administrator, the command line or a provider, an event of an
account ends the same. *Others* are all sessions but the one in which it happens; that one goes on. *Refused* means the
access tokens that were issued before, within a second: those of the session that goes on as well, whose client gets a new
one by a refresh. *This session* is the one that ends. A dash means that nothing happens.

A link or a code that lets somebody in, and a ticket of a sign-in that waits for its second step, are *codes*; a change of
address, a link of a provider and an enrolment that was started are *changes*. The mail that verifies an address, and
the link that undoes a change of address, end with none of these events.

After a restore, \`latchkey sessions revoke-before\` ends sessions, codes, changes and trusted browsers of before, for everybody.`

const columns: { title: string; of: (row: EventRow) => string }[] = [
  { title: 'sessions', of: ({ sessions }) => sessions },
  { title: 'access tokens', of: ({ tokens }) => tokens },
  { title: 'trusted browsers', of: ({ trustedBrowsers }) => trustedBrowsers },
  { title: 'API keys', of: ({ apiKeys }) => apiKeys },
  { title: 'codes', of: ({ pendingCodes }) => pendingCodes },
  { title: 'changes', of: ({ pendingChanges }) => pendingChanges },
  { title: 'recovery codes', of: ({ recoveryCodes }) => recoveryCodes },
  { title: 'password, passkeys, factors, links', of: ({ credentials }) => credentials },
]

function line(row: EventRow): string {
  const cells = columns.map(({ of }) => (of(row) === 'stay' ? '–' : of(row)))
  return `| ${[row.title, ...cells, row.tells.join(', ') || '–'].join(' | ')} |`
}
