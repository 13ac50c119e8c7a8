import type { Notice } from '../../../packages/server/src/index.ts'

/** The notice to the owner of an account. */
export const chosen: Notice = {
  subject: 'Your spoken word was chosen',
  consequence: 'It is asked for when you sign in, after another proof.',
  page: '/spoken-word',
}
