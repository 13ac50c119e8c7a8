import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { arch, cpus, platform, release, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { spread } from './statistics.ts'

/** Describes the machine. Throughput of durable commits depends on `fsyncMilliseconds` more than on the processor. */
export function describeMachine(): Record<string, string | number> {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    fsyncMilliseconds: measureFsync(),
  }
}

function measureFsync(): number {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const file = openSync(join(folder, 'probe'), 'w')
  const page = Buffer.alloc(8192)
  const times = Array.from({ length: 100 }, () => {
    const started = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  rmSync(folder, { recursive: true })
  return Math.round(spread(times).median * 1000) / 1000
}
