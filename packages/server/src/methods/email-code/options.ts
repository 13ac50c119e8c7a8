import { mailAmr } from '../../sign-in/options.ts'

export const amr: readonly string[] = [mailAmr]
