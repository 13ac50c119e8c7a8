import { readFileSync } from 'node:fs'
import { schemas } from '@latchkey/contract'
import { z } from 'zod'
import { sayIssue } from '../../core/request/say-issue.ts'
import { parseCertificates } from '../../features/mutual-tls/x509/certificate.ts'
import {
  type Command,
  CommandError,
  exitCodes,
  type Invocation,
  print,
  requiredTextOf,
  textOf,
  textsOf,
  usageError,
} from '../command.ts'
import { getServiceAccount, operator } from '../get-key-owner.ts'
import { withServices } from '../with-services.ts'

const input = z.strictObject(schemas.newCertificateMapping)
const kinds = ['thumbprint', 'uri', 'dns', 'subject'] as const

export const certificatesMap: Command = {
  name: 'certificates map',
  summary: 'Say which client certificates are those of a service account',
  description:
    'Exactly one of --file, --thumbprint, --uri, --dns and --subject. A name counts under one CA: where MTLS_CA holds several, --issuer says which; latchkey certificates issuers lists them. Several mappings go side by side, so that certificates are changed over without a gap.',
  options: {
    'service-account': { type: 'string', value: 'name-or-id', help: 'Whose certificates.' },
    name: { type: 'string', value: 'name', help: 'What the mapping is for.' },
    file: { type: 'string', value: 'path', help: 'This one certificate, in PEM.' },
    thumbprint: {
      type: 'string',
      value: 'sha-256',
      help: 'This one certificate, by its SHA-256 in hexadecimal or base64url.',
    },
    uri: { type: 'string', value: 'uri', help: 'Those with this URI among their names.' },
    dns: { type: 'string', value: 'host', help: 'Those with this host name among their names.' },
    subject: { type: 'string', value: 'name', help: 'Those of this subject (RFC 4514).' },
    issuer: {
      type: 'string',
      value: 'sha-256',
      help: 'The CA that must have issued them, by the SHA-256 of its public key; for names.',
    },
    scope: { type: 'string', multiple: true, value: 'scope', help: 'A scope; may be repeated.' },
    'inherit-roles': { type: 'boolean', help: 'Tokens carry the roles of the service account.' },
  },
  async run(invocation) {
    const who = requiredTextOf(invocation, 'service-account')
    const fields = fieldsOf(invocation)
    const mapping = await withServices(async (services) =>
      services.mutualTls.create((await getServiceAccount(services, who)).id, fields, operator),
    )
    print({ mapping }, invocation.json, ({ mapping: { id, kind, value } }) => `${id}  ${kind} ${value}`)
    return exitCodes.done
  },
}

function fieldsOf(invocation: Invocation): z.output<typeof input> {
  const selector = selectorOf(invocation)
  const given = {
    name: requiredTextOf(invocation, 'name'),
    ...selector,
    issuer: textOf(invocation, 'issuer'),
    scopes: textsOf(invocation, 'scope'),
    inheritRoles: invocation.flags['inherit-roles'] === true,
  }
  const { success, data, error } = input.safeParse(given, { error: sayIssue })
  if (success) return data
  throw usageError(error, { scopes: 'scope', value: selector.kind })
}

function selectorOf(invocation: Invocation): { kind: string; value: string } {
  const path = textOf(invocation, 'file')
  const given = kinds.flatMap((kind) => {
    const value = textOf(invocation, kind)
    return value === undefined ? [] : [{ kind, value }]
  })
  const all = path === undefined ? given : [...given, { kind: 'thumbprint', value: thumbprintOf(path) }]
  const [only] = all
  if (only && all.length === 1) return only
  throw new CommandError(
    'Name the certificates with exactly one of --file, --thumbprint, --uri, --dns, --subject.',
    exitCodes.usage,
  )
}

function thumbprintOf(path: string): string {
  try {
    const [certificate] = parseCertificates(readFileSync(path, 'utf8')) ?? []
    if (certificate) return certificate.thumbprint
  } catch {
    // Reported below, whatever the cause.
  }
  throw new CommandError(`${path} is no certificate in PEM that can be read.`)
}
