import { useCallback, useEffect, useRef, useState } from 'react'
import type { AuthClientError, Result } from '@latchkey/client'

export interface Loaded<Data> {
  /** The last answer; it stays while a newer one is asked for. */
  data: Data | null
  error: AuthClientError | null
  reload(): void
}

/** Errors that pass by themselves; the request is repeated until they do. */
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
