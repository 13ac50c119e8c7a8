import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTick } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Connection } from './connection.ts'

test.each([
  ['a body of known length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 200, 'hello'],
  [
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
    200,
    'hello',
  ],
  ['no body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
])('an answer with %s is read, however it is cut into packets', async (_, answer, status, body) => {
  const connection = new Connection(await serveInPieces(answer))
  onTestFinished(() => connection.close())
  for (let exchange = 0; exchange < 3; exchange++) {
    expect(await connection.send({ method: 'GET', path: '/' })).toMatchObject({ status, body })
  }
})

test('a server that goes away fails the exchange', async () => {
  const connection = new Connection(await serveInPieces(''))
  await expect(connection.send({ method: 'GET', path: '/' })).rejects.toThrow('closed')
})

/** Answers every request with these bytes, one at a time; closes when there are none. */
async function serveInPieces(answer: string): Promise<number> {
  const server = createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('data', () => void (answer === '' ? socket.end() : trickle(socket, answer)))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

async function trickle(socket: Socket, answer: string): Promise<void> {
  for (const byte of answer) {
    socket.write(byte)
    await nextTick()
  }
}
