import { Auth, type AuthClaims, Public, RequireAuth } from '@latchkey/verify/nest'
import { Controller, Get } from '@nestjs/common'

/** Decorators of a controller hold for all of its routes; those of a route are added. */
@RequireAuth({ role: 'admin' })
@Controller('reports')
export class ReportsController {
  @Get()
  list() {
    return { reports: ['of last month'] }
  }

  @RequireAuth({ mfa: true })
  @Get('payroll')
  payroll() {
    return { payroll: [] }
  }

  @Public()
  @Get('titles')
  titles(@Auth() auth: AuthClaims | null) {
    return { titles: ['of last month'], reader: auth?.sub ?? null }
  }
}
