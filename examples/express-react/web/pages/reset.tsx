import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { auth, useAction } from '../auth.ts'
import { Field, Form } from '../form.tsx'
import { Card } from '../layout.tsx'

/** The link of the mail leads here. */
export function Reset() {
  const [token] = useState(() => new URLSearchParams(location.search).get('token') ?? '')
  const reset = useAction(auth.password.reset)

  // A token has no business in the history or in a screenshot.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])

  if (reset.data) {
    return (
      <Card title="Your password is set">
        <p>You were signed out on all devices.</p>
        <p className="aside">
          <Link href="/login">Log in with the new password</Link>
        </p>
      </Card>
    )
  }
  return (
    <Card title="Set a new password">
      <Form
        {...reset}
        button="Set password"
        onSubmit={({ newPassword = '' }) => reset.run({ token, newPassword })}
      >
        <Field
          name="newPassword"
          label="New password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters. You will be signed out on all devices."
        />
      </Form>
      <p className="aside">
        <Link href="/forgot">Ask for another mail</Link>
      </p>
    </Card>
  )
}
