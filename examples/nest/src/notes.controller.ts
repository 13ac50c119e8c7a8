import { Auth, type AuthClaims, Public, RequireAuth } from '@latchkey/verify/nest'
import { BadRequestException, Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common'
// oxlint-disable-next-line typescript/consistent-type-imports -- Nest reads the class from what TypeScript notes of the constructor
import { NotesService } from './notes.service.ts'

/** Notes that only their owner reads. Every route wants a caller, because the module says so. */
@Controller('notes')
export class NotesController {
  readonly #notes: NotesService

  constructor(notes: NotesService) {
    this.#notes = notes
  }

  @Get()
  list(@Auth() auth: AuthClaims) {
    return { notes: this.#notes.of(auth.sub) }
  }

  @Post()
  add(@Auth() auth: AuthClaims, @Body() { note }: { note?: unknown }) {
    if (typeof note !== 'string') throw new BadRequestException('note must be text')
    this.#notes.add(auth.sub, note)
    return { note }
  }

  /** Asks for a sign-in within the last ten minutes. */
  @RequireAuth({ maxAge: 600 })
  @Delete()
  @HttpCode(204)
  clear(@Auth() auth: AuthClaims) {
    this.#notes.clear(auth.sub)
  }

  @Public()
  @Get('greeting')
  greet(@Auth() auth: AuthClaims | null) {
    return { hello: auth?.sub ?? 'stranger' }
  }
}
