/** `10 minutes`, `10 分`. */
export const formatMinutes = (span: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(
    span / 60_000,
  )
