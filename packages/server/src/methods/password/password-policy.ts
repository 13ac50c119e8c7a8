export type PasswordVerdict = 'ok' | 'too_short' | 'too_long' | 'not_allowed' | 'too_common'
export const checkPassword = (
  password: string,
  _: { email: string; name: string | null; appName: string },
): PasswordVerdict => (password.length < 8 ? 'too_short' : 'ok')
