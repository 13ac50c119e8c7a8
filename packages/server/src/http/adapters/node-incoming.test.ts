import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '#test/support/listen.ts'
import { createTestLatchkey } from '#test/support/test-latchkey.ts'
import { toNodeHandler } from './node.ts'

const own = ['Host: auth.example.com']

test.each<[name: string, target: string, hosts: string[], status: number]>([
  ['a plain target', '/livez', own, 200],
  ['an absolute target', 'http://auth.example.com/livez', own, 200],
  ['a dot in a name', '/.well-known/jwks.json', own, 200],
  ['dots in the query', '/forgot-password?x=/../admin', own, 200],
  ['two hosts', '/livez', [...own, 'Host: admin.example.com'], 400],
  ['one host twice', '/livez', [...own, ...own], 400],
  ['a host with a path', '/livez', ['Host: auth.example.com/x'], 400],
  ['a dot segment', '/x/../livez', own, 400],
  ['a dot segment at the end', '/livez/.', own, 400],
  ['an encoded dot segment', '/x/%2E%2e/livez', own, 400],
  ['a half encoded one', '/x/.%2e/livez', own, 400],
  ['one in an absolute target', 'http://auth.example.com/x/../livez', own, 400],
  ['one by backslashes', '/x\\..\\livez', own, 400],
  ['no path', '*', own, 400],
])('a request with %s', async (_, target, hosts, status) => {
  const { latchkey } = await createTestLatchkey()
  const { origin, close } = listen(toNodeHandler(latchkey))
  onTestFinished(close)
  const socket = connect(Number(new URL(origin).port), 'localhost')
  socket.end([`GET ${target} HTTP/1.1`, ...hosts, 'Connection: close', '', ''].join('\r\n'))
  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
})
