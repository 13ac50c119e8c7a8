/*
 * `lkk_` + 31 characters that hold 184 random bits + 6 that hold the CRC-32 of all that stands before them, in base62, so
 * that what only looks like a key is told from one without asking its issuer.
 */
const format = /^lkk_[0-9A-Za-z]{37}$/
const checksumLength = 6
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** True if the text could be an API key of Latchkey's; whether it is one only its issuer knows. */
export function mayBeApiKey(text: string): boolean {
  if (!format.test(text)) return false
  const body = text.slice(0, -checksumLength)
  return text === withChecksum(body)
}

export const withChecksum = (body: string): string => body + toBase62(crc32(body))

/** CRC-32/ISO-HDLC, bit by bit: a few hundred steps for what is this short. */
function crc32(text: string): number {
  let crc = 0xffffffff
  for (const character of text) {
    crc ^= character.charCodeAt(0)
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ 0xffffffff) >>> 0
}

function toBase62(value: number): string {
  let text = ''
  for (let rest = value; text.length < checksumLength; rest = Math.floor(rest / 62))
    text = digits[rest % 62]! + text
  return text
}
