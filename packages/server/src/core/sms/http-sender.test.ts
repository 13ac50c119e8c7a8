import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { milliseconds } from '@latchkey/contract'
import { expect, onTestFinished, test } from 'vitest'
import { DeliveryError } from '../mail/delivery-error.ts'
import { createHttpSmsSender } from './http-sender.ts'
import { portOf } from '#test/support/listen.ts'

const from = '+4915000000000'
const sms = { to: '+4915123456789', text: '123456 is your code.\n\n@auth.example.com #123456' }

interface Posted {
  authorization: string | undefined
  type: string | undefined
  path: string | undefined
  form: Record<string, string>
}

/** A gateway on this machine. */
async function gateway(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const posted: Posted[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { authorization, 'content-type': type } = request.headers
      const form = Object.fromEntries(new URLSearchParams(body))
      posted.push({ authorization, type, path: request.url, form })
      answer(request, response)
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const port = portOf(server)
  return { posted, url: `http://AC1:to%2Fken@127.0.0.1:${port}/2010-04-01/Accounts/AC1/Messages.json`, port }
}

const failure = async (sending: Promise<void>): Promise<DeliveryError> => {
  const error = await sending.then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(DeliveryError)
  return error as DeliveryError
}

test('posts a form as Twilio takes it, with the credentials of the address in the header', async () => {
  const { posted, url } = await gateway((_, response) => response.writeHead(201).end('{"sid":"SM1"}'))
  await createHttpSmsSender(url, from).send(sms)
  const service = `MG${'0'.repeat(32)}`
  await createHttpSmsSender(url, service).send(sms)
  expect(posted[0]).toEqual({
    authorization: `Basic ${Buffer.from('AC1:to/ken').toString('base64')}`,
    type: 'application/x-www-form-urlencoded;charset=UTF-8',
    path: '/2010-04-01/Accounts/AC1/Messages.json',
    form: { From: from, To: sms.to, Body: sms.text },
  })
  expect(posted[1]?.form).toEqual({ MessagingServiceSid: service, To: sms.to, Body: sms.text })
})

test.each([
  [400, true],
  [422, true],
  [401, false],
  [403, false],
  [404, false],
  [408, false],
  [429, false],
  [500, false],
  [503, false],
])('an answer of %i is final: %s', async (status, permanent) => {
  const { url } = await gateway((_, response) => response.writeHead(status).end(`no ${sms.text} ${sms.to}`))
  const error = await failure(createHttpSmsSender(url, from).send(sms))
  expect(error.permanent).toBe(permanent)
  expect(error.message).toContain(String(status))
})

test('a gateway that hangs is given up, before and in the middle of its answer', async () => {
  const silent = await gateway(() => {})
  const patience = milliseconds(100)
  expect((await failure(createHttpSmsSender(silent.url, from, patience).send(sms))).permanent).toBe(false)
  const halting = await gateway((_, response) => void response.writeHead(201).write('{'))
  // Taken over is taken over, however long it goes on talking.
  await createHttpSmsSender(halting.url, from, patience).send(sms)
})

test('a gateway that closes, or is not there, may be back later', async () => {
  const closing = await gateway((request) => request.socket.destroy())
  expect((await failure(createHttpSmsSender(closing.url, from).send(sms))).permanent).toBe(false)
  const gone = await gateway(() => {})
  const { url } = gone
  const nowhere = url.replace(`:${gone.port}/`, ':9/')
  expect((await failure(createHttpSmsSender(nowhere, from).send(sms))).permanent).toBe(false)
})

test('a redirect is not followed: nobody else is to have the code and the token', async () => {
  const elsewhere = await gateway((_, response) => response.writeHead(201).end())
  // Without credentials: `fetch` would not follow to an address that has some.
  const location = `http://127.0.0.1:${elsewhere.port}/messages`
  for (const status of [301, 302, 307, 308]) {
    const { url } = await gateway((_, response) => response.writeHead(status, { location }).end())
    expect((await failure(createHttpSmsSender(url, from).send(sms))).permanent).toBe(false)
  }
  expect(elsewhere.posted).toEqual([])
})

test('no error holds the number, the text, the token or the address', async () => {
  const { url } = await gateway((request) => request.socket.destroy())
  const { message, stack, cause } = await failure(createHttpSmsSender(url, from).send(sms))
  for (const secret of ['123456', sms.to, 'ken', '/2010-04-01']) {
    expect(`${message} ${stack} ${JSON.stringify(cause)}`.replaceAll(import.meta.filename, '')).not.toContain(
      secret,
    )
  }
})
