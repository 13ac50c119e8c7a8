import type { Algorithm } from '@latchkey/verify'
import { onTestFinished } from 'vitest'
import { toNodeHandler, type NodeHandler } from '../../packages/server/src/http/adapters/node.ts'
import { listen } from '#test/support/listen.ts'
import { createTestLatchkey, type TestLatchkey } from '#test/support/test-latchkey.ts'
import type { Genuine } from './forgeries.ts'

export interface Issuer extends TestLatchkey {
  /** Its address, which is also who it says it is. */
  issuer: string
  audience: string
  /** Whose token it is. */
  userId: string
  /** An access token of somebody who has just registered, with what is needed to forge others like it. */
  genuine: Genuine
}

const audience = 'https://api.example.com'

/** A server that answers over HTTP at the address that its tokens name. */
export async function openIssuer(algorithm: Algorithm): Promise<Issuer> {
  let handler: NodeHandler | undefined
  const { origin, close } = listen((request, response) => handler?.(request, response))
  onTestFinished(close)
  const opened = await createTestLatchkey({
    realTime: true,
    publicUrl: origin,
    audience,
    accessTokenAlgorithm: algorithm,
  })
  handler = toNodeHandler(opened.latchkey)
  const { accessToken: token, user } = await opened.browser().register()
  const { kid, key } = opened.latchkey.services.keys.signer()
  return { ...opened, issuer: origin, audience, userId: user.id, genuine: { token, kid, algorithm, key } }
}
