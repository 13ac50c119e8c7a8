import type { Source } from './layers.ts'
import type { OptionName, SettingValues } from './settings.ts'

/** Every setting with a valid value, and the source of each. Frozen. */
export type Config = SettingValues & { readonly sources: Readonly<Record<OptionName, Source>> }
