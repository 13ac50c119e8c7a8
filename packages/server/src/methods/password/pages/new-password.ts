import type { Field } from '../../../page-kit/fields.ts'
import type { MessageKey } from '../../../page-kit/words/en.ts'

export const newPassword = (name: string, label: MessageKey): Field => ({
  name,
  label,
  kind: 'new-password',
  hint: 'hint.password',
})
