import { useEffect } from 'react'
import { Link } from 'wouter'
import { auth, useAction } from '../auth.ts'
import { Field, Form } from '../form.tsx'
import { Card } from '../layout.tsx'

export function Login() {
  const login = useAction(auth.password.login)
  const byPasskey = useAction(auth.passkey.login)

  // Passkeys stand among the addresses from the start; whoever chooses one is in.
  useEffect(() => {
    const gone = new AbortController()
    void auth.passkey.login({ autofill: true, signal: gone.signal })
    return () => gone.abort()
  }, [])

  if (login.data?.next === 'second_factor') {
    return (
      <Card title="One more step">
        <p>This account asks for a second factor, which this example leaves to Latchkey’s own page.</p>
        <a href="/sign-in?return_to=/">Go on there</a>
      </Card>
    )
  }
  return (
    <Card title="Log in">
      <Form
        {...login}
        button="Log in"
        onSubmit={({ email = '', password = '' }) => login.run({ email, password })}
      >
        <Field name="email" label="E-mail address" type="email" autoComplete="username webauthn" />
        <Field name="password" label="Password" type="password" autoComplete="current-password" />
      </Form>
      {auth.passkey.isSupported() && (
        <Form {...byPasskey} button="Use a passkey" onSubmit={() => byPasskey.run()} />
      )}
      <p className="aside">
        <Link href="/register">Make an account</Link>
        <Link href="/forgot">Forgot your password?</Link>
      </p>
    </Card>
  )
}
