import type { z } from 'zod'
import { accountsSettings } from './settings/accounts.ts'
import { messagesSettings } from './settings/messages.ts'
import { providersSettings } from './settings/providers.ts'
import { serverSettings } from './settings/server.ts'
import { sessionsSettings } from './settings/sessions.ts'

export type { Setting } from './settings/setting.ts'

/** Every setting there is, in the order in which they are documented. */
export const settings = {
  ...serverSettings,
  ...sessionsSettings,
  ...accountsSettings,
  ...providersSettings,
  ...messagesSettings,
} as const

export type OptionName = keyof typeof settings

export const optionNames = Object.keys(settings) as OptionName[]

/** Options of `createLatchkey` and of the configuration file: typed values, or the same text as in the environment. */
export type ConfigOptions = {
  readonly [Name in OptionName]?: z.input<(typeof settings)[Name]['schema']> | undefined
}

/** A value for every setting. Durations are milliseconds; settings without a value are null. */
export type SettingValues = {
  readonly [Name in OptionName]: z.output<(typeof settings)[Name]['schema']>
}
