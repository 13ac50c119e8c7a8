import { Link } from 'wouter'
import { auth, useAction } from '../auth.ts'
import { Field, Form } from '../form.tsx'
import { Card } from '../layout.tsx'

export function Login() {
  const login = useAction(auth.password.login)
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
        <Field name="email" label="E-mail address" type="email" autoComplete="username" />
        <Field name="password" label="Password" type="password" autoComplete="current-password" />
      </Form>
      <p className="aside">
        <Link href="/register">Make an account</Link>
        <Link href="/forgot">Forgot your password?</Link>
      </p>
    </Card>
  )
}
