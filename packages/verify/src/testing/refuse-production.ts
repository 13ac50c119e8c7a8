/** Throws where real people could meet what is meant for tests. */
export function refuseProduction(name: string): void {
  if (process.env.NODE_ENV !== 'production') return
  throw new Error(
    `${name} is for tests and does not start where NODE_ENV is production: it mints tokens for anybody who asks.`,
  )
}
