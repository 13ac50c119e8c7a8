import { adminFeature } from './admin/feature.ts'
import { apiKeysFeature } from './api-keys/feature.ts'
import { cleanUpFeature } from './clean-up/feature.ts'
import type { Feature } from './feature.ts'
import { healthFeature } from './health/feature.ts'
import { mutualTlsFeature } from './mutual-tls/feature.ts'
import { oauthProviderFeature } from './oauth-provider/feature.ts'
import { revocationFeedFeature } from './revocation-feed/feature.ts'
import { serviceAccountsFeature } from './service-accounts/feature.ts'

/** Every feature, each after those whose keys, tokens and rows it uses. */
export const builtInFeatures = [
  adminFeature,
  apiKeysFeature,
  mutualTlsFeature,
  serviceAccountsFeature,
  revocationFeedFeature,
  oauthProviderFeature,
  healthFeature,
  cleanUpFeature,
] as const

/** The own services of all of them, by name. */
export type OwnFeatureServices = All<(typeof builtInFeatures)[number]>

type All<Features> = (Features extends Feature<infer Own> ? (own: Own) => void : never) extends (
  own: infer Owns,
) => void
  ? Owns
  : never
