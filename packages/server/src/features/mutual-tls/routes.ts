import { mutualTlsRoutes as routes } from '@latchkey/contract'
import { type Route, serve } from '../../sessions/route.ts'
import { actorOverServiceAccount } from '../../accounts/authority/service-account-authority.ts'
import type { MutualTls } from './service.ts'

export interface MutualTlsRoutesOptions {
  mutualTls: MutualTls
}

/** Routes for a certificate itself. */
export function createMutualTlsRoutes({ mutualTls }: MutualTlsRoutesOptions): Route[] {
  return [
    serve(routes.exchangeCertificate, async ({ caller: { certified } }) => {
      const { accessToken, lifetime } = await mutualTls.exchange(certified)
      const scope = certified.scopes.join(' ')
      return { status: 200, body: { accessToken, tokenType: 'Bearer', expiresIn: lifetime, scope } }
    }),
  ]
}

/** Routes below `/admin` that map certificates to service accounts. */
export function createMutualTlsAdminRoutes({ mutualTls }: MutualTlsRoutesOptions): Route[] {
  return [
    serve(routes.listCertificateMappings, async ({ params: { id } }) => ({
      status: 200,
      body: { items: await mutualTls.list(id), issuers: mutualTls.issuers() },
    })),
    serve(routes.createCertificateMapping, async ({ params: { id }, body, ...call }) => ({
      status: 201,
      body: await mutualTls.create(id, body, actorOverServiceAccount(id, call)),
    })),
    serve(routes.removeCertificateMapping, async ({ params: { id, mappingId }, ...call }) => {
      await mutualTls.remove(id, mappingId, actorOverServiceAccount(id, call))
      return { status: 204 }
    }),
  ]
}
