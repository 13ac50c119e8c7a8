export * from './units.ts'
export * from './ids.ts'
export * from './errors.ts'
