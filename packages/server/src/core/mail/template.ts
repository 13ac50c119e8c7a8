export interface RenderedMail {
  to: string
  subject: string
  text: string
  html: string
  links: string[]
  codes: string[]
}
