import type { Command } from '../command.ts'
import { openapi } from './openapi.ts'
import { serve } from './serve.ts'

/** Every command, in the order in which the overview shows them. */
export const commands: readonly Command[] = [serve, openapi]
