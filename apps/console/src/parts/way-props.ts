import type { StepUpWay } from '@latchkey/client'

export interface WayProps {
  way: StepUpWay
  onProven(): void
  onClose(): void
}
