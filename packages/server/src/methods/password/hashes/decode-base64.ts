/**
 * Decodes the base64 of password hashes: no padding, `+/` as in PHC strings or `./` as in passlib's ab64.
 *
 * Null unless the text is canonical: otherwise stray characters would be skipped and bits lost.
 */
export function decodeBase64(text: string): Buffer | null {
  const standard = text.replaceAll('.', '+')
  const bytes = Buffer.from(standard, 'base64')
  return bytes.toString('base64').replace(/={1,2}$/, '') === standard ? bytes : null
}
