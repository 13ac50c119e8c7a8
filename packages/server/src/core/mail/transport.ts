import type { RenderedMail } from './template.ts'
export interface MailTransport {
  send(mail: RenderedMail): Promise<void>
  close(): void
}
export const isPermanent = (error: unknown): boolean =>
  error instanceof Error && 'responseCode' in error && Number(error.responseCode) >= 500

export function smtpTransport(_url: string, _from: string): MailTransport {
  throw new Error('not here yet')
}
