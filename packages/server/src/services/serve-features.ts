import type { FeatureServices } from '../features/feature-services.ts'
import type { ServedFeature } from '../features/feature.ts'
import { builtInFeatures, type OwnFeatureServices } from '../features/index.ts'

/** The services of all features, by name, and the features themselves. */
export type ServedFeatures = OwnFeatureServices & { features: readonly ServedFeature[] }

/** One after the other: each sees what those before it serve. */
export function serveFeatures(services: FeatureServices): ServedFeatures {
  const features: ServedFeature[] = []
  for (const feature of builtInFeatures) features.push(feature.serve(services, [...features]))
  const owns: object = Object.assign({}, ...features.map(({ own }) => own))
  return { ...(owns as OwnFeatureServices), features }
}
