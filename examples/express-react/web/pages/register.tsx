import { Link } from 'wouter'
import { auth, useAction } from '../auth.ts'
import { Field, Form } from '../form.tsx'
import { Card } from '../layout.tsx'

export function Register() {
  const register = useAction(auth.password.register)
  // Nobody is signed in yet if the server requires proven addresses (EMAIL_VERIFICATION=required).
  if (register.data?.next === 'verify_email') {
    return (
      <Card title="Look into your mail">
        <p>Your account exists as soon as you have followed the link in the mail that we sent you.</p>
        <p className="aside">
          <Link href="/login">Log in</Link>
        </p>
      </Card>
    )
  }
  return (
    <Card title="Make an account">
      <Form
        {...register}
        button="Make the account"
        onSubmit={({ email = '', password = '' }) => register.run({ email, password })}
      >
        <Field name="email" label="E-mail address" type="email" autoComplete="username" />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 8 characters. A few words in a row are easy to remember and hard to guess."
        />
      </Form>
      <p className="aside">
        <Link href="/login">I have an account</Link>
      </p>
    </Card>
  )
}
