import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, which Linux promises to user space whatever the kernel's own tick

/** Processor time of this process so far, in microseconds; NaN where there is no /proc. */
export function processorTime(pid: number): number {
  const fields = statOf(pid)
  return fields === null ? Number.NaN : microseconds(fields.slice(11, 13))
}

/** The same with its descendants, those that have ended too: a PostgreSQL server with its backends. */
export function processorTimeOfFamily(pid: number): number {
  const fields = statOf(pid)
  if (fields === null) return Number.NaN
  // utime, stime, and of the children that have ended cutime, cstime
  return childrenOf(pid).reduce(
    (sum, child) => sum + (processorTimeOfFamily(child) || 0),
    microseconds(fields.slice(11, 15)),
  )
}

/** Returns the processor time that the whole machine has used so far, in microseconds. */
export function processorTimeOfMachine(): number {
  const [user, nice, system, , , irq, softirq, steal] =
    read('/proc/stat').split('\n')[0]?.split(/\s+/).slice(1) ?? []
  return microseconds([user, nice, system, irq, softirq, steal])
}

/** Resident memory in megabytes; NaN where there is no /proc. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes) / 1024
}

function microseconds(ticks: readonly (string | undefined)[]): number {
  return (ticks.reduce((sum, count) => sum + Number(count), 0) / ticksPerSecond) * 1e6
}

function childrenOf(pid: number): number[] {
  if (!existsSync('/proc')) return []
  return readdirSync('/proc')
    .map(Number)
    .filter((other) => other > 0 && statOf(other)?.[1] === String(pid))
}

/** The fields of /proc/PID/stat from the third (state) on; the second may hold spaces. */
function statOf(pid: number): string[] | null {
  const text = read(`/proc/${pid}/stat`)
  return text === '' ? null : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Empty when the process is gone. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
