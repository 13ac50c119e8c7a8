declare const brand: unique symbol

/** A UUIDv7 in its canonical text form (RFC 9562 §5.7): 36 characters, lower case. */
type Id<Name extends string> = string & { readonly [brand]: Name }

export type UserId = Id<'user'>
export type SessionId = Id<'session'>
export type MailId = Id<'mail'>
export type AuditEventId = Id<'audit-event'>

const canonicalUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export const isId = (text: string): boolean => canonicalUuid.test(text)
