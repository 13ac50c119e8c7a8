import { cpus } from 'node:os'
import { processorTimeOfFamily, processorTimeOfMachine } from './process-usage.ts'

/**
 * Watches how much of the processors goes to programs that are not ours. Returns a function that answers with the
 * share since then, 0 to 1: above a few hundredths, the figures are somebody else's too. Null where there is no /proc.
 */
export function watchOtherPrograms(): () => number | null {
  const started = performance.now()
  const others = () => processorTimeOfMachine() - processorTimeOfFamily(process.pid)
  const before = others()
  return () => {
    const offered = cpus().length * (performance.now() - started) * 1000
    const share = Math.max(0, others() - before) / offered
    return Number.isNaN(share) ? null : Math.round(share * 100) / 100
  }
}
