import type { Lifecycle } from '../../accounts/lifecycle.ts'

/** Holds nothing about users but pending links, which all events end. */
export const createMagicLinkLifecycle = ({ signsIn }: { signsIn: boolean }): Lifecycle => ({
  holds: {},
  countUsable: async () => (signsIn ? 1 : 0),
  exportUserData: async () => ({}),
})
