// oxlint-disable-next-line import/no-unassigned-import -- it adds to the global Reflect
import 'reflect-metadata'
import type { Verifier } from '@latchkey/verify'
import { type INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { AppModule } from './app.module.ts'

export async function createApp(verifier: Verifier): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.with(verifier), { logger: ['error', 'warn'] })
  // Pages of another origin need it: the client reads the challenge to know what to do.
  app.enableCors({ origin: 'http://localhost:5173', exposedHeaders: ['www-authenticate', 'retry-after'] })
  return app
}
