/** True if the client holds the version that the tag names (RFC 9110 §13.1.2). */
export const isHeld = (ifNoneMatch: string | null, etag: string): boolean =>
  ifNoneMatch !== null && ifNoneMatch.split(',').some((each) => each.trim() === etag)
