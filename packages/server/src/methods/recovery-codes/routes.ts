import { factorRoutes } from '@latchkey/contract'
import type { MethodServices } from '../method-services.ts'
import { originOf } from '../../core/request/request-context.ts'
import { type Route, serve } from '../../sessions/route.ts'

export const createRecoveryRoutes = ({ secondFactors }: Pick<MethodServices, 'secondFactors'>): Route[] => [
  serve(factorRoutes.makeRecoveryCodes, async ({ caller, request }) => {
    const codes = await secondFactors.makeBackupCodes(caller.claims, originOf(request))
    return { status: 201, body: { codes } }
  }),
]
