declare const unit: unique symbol

/** A span of time in milliseconds. Made by {@link seconds}, {@link minutes}, {@link hours} or {@link days}. */
export type Milliseconds = number & { readonly [unit]: 'milliseconds' }

/** A moment, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

export const milliseconds = (count: number): Milliseconds => count as Milliseconds
export const seconds = (count: number): Milliseconds => milliseconds(count * 1000)
export const minutes = (count: number): Milliseconds => seconds(count * 60)
export const hours = (count: number): Milliseconds => minutes(count * 60)
export const days = (count: number): Milliseconds => hours(count * 24)

/** Whole seconds, as JWT claims and `expiresIn` count them (RFC 7519 §2, NumericDate). */
export const toSeconds = (time: number): number => Math.floor(time / 1000)
