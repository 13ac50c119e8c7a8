import type { Lifecycle } from '../../accounts/lifecycle.ts'

/** It keeps nothing of anybody but links that wait to be opened, which all events look after. */
export const createMagicLinkLifecycle = ({ signsIn }: { signsIn: boolean }): Lifecycle => ({
  holds: {},
  countUsable: async () => (signsIn ? 1 : 0),
  exportUserData: async () => ({}),
})
