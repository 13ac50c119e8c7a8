import type { en } from './en.ts'

/** The texts of the application, in one language. English names the keys; every other language has exactly these. */
export type Messages = Translated<typeof en>

type Translated<Value> = Value extends string
  ? string
  : Value extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Value]: Translated<Value[Key]> }

export type EventName = keyof Messages['events']
export type ErrorName = keyof Messages['errors']
/** A method to step up by. */
export type StepUpMethodName = keyof Messages['stepUp']['methods']
