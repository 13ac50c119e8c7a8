import type { StepUpMethod } from '@latchkey/client'

export interface StepUpMethodProps {
  method: StepUpMethod
  onProven(): void
  onClose(): void
}
