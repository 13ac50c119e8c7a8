import { defineFeature } from '../feature.ts'
import { createCleanUp } from './clean-up.ts'

/** Removes expired rows, those of the layers below and of the features before it. */
export const cleanUpFeature = defineFeature({
  name: 'clean-up',
  migrations: [],
  serve(services, before) {
    const expired = before.flatMap(({ expired = {} }) => Object.entries(expired))
    return { own: { cleanUp: createCleanUp({ ...services, expired }) } }
  },
})
