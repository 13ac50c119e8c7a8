import type { StepUpMethod } from '@latchkey/client'
import type { ComponentType } from 'react'
import type { BaseWords } from '../base/words/en.ts'

/** A method to step up by. */
type StepUpMethodName = keyof BaseWords['stepUp']['methods']

export interface StepUpMethodProps {
  method: StepUpMethod
  onProven(): void
  onClose(): void
}

/** By the name of the method, where it is not a code to type. */
export type StepUpViews = Readonly<Partial<Record<string, ComponentType<StepUpMethodProps>>>>

/** The name that people know; of an application’s own method the one it has. */
export const stepUpMethodName = (name: string, t: BaseWords): string =>
  Object.hasOwn(t.stepUp.methods, name) ? t.stepUp.methods[name as StepUpMethodName] : name
