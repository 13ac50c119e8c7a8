import type { Verifier } from '@latchkey/verify'
import { LatchkeyModule } from '@latchkey/verify/nest'
import { type DynamicModule, Module } from '@nestjs/common'
import { NotesController } from './notes.controller.ts'
import { NotesService } from './notes.service.ts'
import { ReportsController } from './reports.controller.ts'

@Module({})
// oxlint-disable-next-line typescript/no-extraneous-class -- Nest's modules are classes
export class AppModule {
  static with(verifier: Verifier): DynamicModule {
    return {
      module: AppModule,
      imports: [LatchkeyModule.forRoot({ verifier })],
      controllers: [NotesController, ReportsController],
      providers: [NotesService],
    }
  }
}
