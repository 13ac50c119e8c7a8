import type { en } from './en.ts'

/** What the application says, in one language. English names the keys; every other language has exactly these. */
export type Messages = Translated<typeof en>

type Translated<Value> = Value extends string
  ? string
  : Value extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Value]: Translated<Value[Key]> }

export type EventName = keyof Messages['events']
export type ErrorName = keyof Messages['errors']
/** Of a way to prove again who one is. */
export type StepUpMethodName = keyof Messages['stepUp']['methods']
