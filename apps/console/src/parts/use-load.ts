import { useCallback, useEffect, useRef, useState } from 'react'
import type { AuthClientError, Result } from '@latchkey/client'

export interface Loaded<Data> {
  /** What came last; it stays while something newer is asked for. */
  data: Data | null
  error: AuthClientError | null
  reload(): void
}

/** What passes by itself; it is asked for again until it does. */
const passing = new Set(['offline', 'timeout', 'unavailable', 'overloaded', 'unexpected_answer'])
const patience = 5000

/** Asks the server when a section is opened, and again when the connection comes back. */
export function useLoad<Data>(load: () => Promise<Result<Data, string>>): Loaded<Data> {
  const [data, setData] = useState<Data | null>(null)
  const [error, setError] = useState<AuthClientError | null>(null)
  const [round, setRound] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const reload = useCallback(() => setRound((round) => round + 1), [])

  useEffect(() => {
    let isCurrent = true
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = async () => {
      const { data, error } = await latest.current()
      if (!isCurrent) return
      setError(error)
      if (!error) setData(data)
      else if (passing.has(error.code)) timer = setTimeout(reload, waitAfter(error))
    }
    void ask()
    window.addEventListener('online', reload)
    return () => {
      isCurrent = false
      clearTimeout(timer)
      window.removeEventListener('online', reload)
    }
  }, [round, reload])

  return { data, error, reload }
}

const waitAfter = ({ retryAfter }: AuthClientError): number =>
  retryAfter === undefined ? patience : retryAfter * 1000
