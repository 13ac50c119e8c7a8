/** The texts of a language, by those of English: its keys and values, and any words. */
export type Translated<Value> = Value extends string
  ? string
  : Value extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof Value]: Translated<Value[Key]> }
