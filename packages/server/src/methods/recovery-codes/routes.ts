import { factorRoutes } from '@latchkey/contract'
import type { CoreParts } from '../../core/core-parts.ts'
import { originOf, type Route, serve } from '../../core/route.ts'

export const createRecoveryRoutes = ({ secondFactors }: Pick<CoreParts, 'secondFactors'>): Route[] => [
  serve(factorRoutes.makeRecoveryCodes, async ({ caller, request }) => {
    const codes = await secondFactors.makeCodes(caller.claims, originOf(request))
    return { status: 201, body: { codes } }
  }),
]
