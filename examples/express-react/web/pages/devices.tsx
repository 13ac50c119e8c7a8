import type { Device, Result } from '@latchkey/client'
import { useCallback, useEffect, useState } from 'react'
import { auth } from '../auth.ts'
import { Card } from '../layout.tsx'
import { sentenceOf } from '../sentence.ts'

/** Every session of the user: what the refreshToken column of a user table cannot hold. */
export function DevicesPage() {
  const [devices, setDevices] = useState<Device[] | null>(null)
  const [error, setError] = useState<unknown>(null)

  const load = useCallback(async () => {
    const { data, error } = await auth.account.devices()
    if (data) setDevices(data.items)
    setError(error)
  }, [])

  useEffect(() => void load(), [load])

  async function end(call: Promise<Result<unknown, string>>) {
    const { error } = await call
    if (error) setError(error)
    else await load()
  }

  const others = devices?.filter(({ current }) => !current) ?? []
  return (
    <Card title="Devices">
      <p role="alert" className="error">
        {error ? sentenceOf(error) : null}
      </p>
      <ul className="rows">
        {devices?.map(({ id, label, current, lastUsedAt }) => (
          <li key={id}>
            <span>
              {label}
              <small>{current ? 'this device' : `last used ${new Date(lastUsedAt).toLocaleString()}`}</small>
            </span>
            {!current && (
              <button
                type="button"
                aria-label={`Log out ${label}`}
                onClick={() => void end(auth.account.endDevice(id))}
              >
                Log out
              </button>
            )}
          </li>
        ))}
      </ul>
      {auth.passkey.isSupported() && (
        <button type="button" onClick={() => void end(auth.passkey.register())}>
          Add a passkey
        </button>
      )}
      {others.length > 1 && (
        <button type="button" onClick={() => void end(auth.logout({ scope: 'others' }))}>
          Log out all others
        </button>
      )}
    </Card>
  )
}
