import { existsSync, readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100 // USER_HZ, which Linux promises to user space whatever the kernel's own tick

/** Processor time of this process so far, in microseconds; NaN where there is no /proc. */
export function processorTime(pid: number): number {
  const fields = statOf(pid)
  return fields === null ? Number.NaN : ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6
}

/** The same of a process and its living and reaped children: a PostgreSQL server with its backends. */
export function processorTimeOfFamily(pid: number): number {
  const own = statOf(pid)
  if (own === null) return Number.NaN
  const reaped = ((Number(own[13]) + Number(own[14])) / ticksPerSecond) * 1e6
  return childrenOf(pid).reduce(
    (sum, child) => sum + (processorTime(child) || 0),
    processorTime(pid) + reaped,
  )
}

/** Resident memory in megabytes; NaN where there is no /proc. */
export function residentMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1]
  return Number(kilobytes) / 1024
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
