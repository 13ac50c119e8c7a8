import { Link } from 'wouter'
import { auth, useAction } from '../auth.ts'
import { Field, Form } from '../form.tsx'
import { Card } from '../layout.tsx'

export function Forgot() {
  const forgot = useAction(auth.password.forgot)
  if (forgot.data) {
    return (
      <Card title="Look into your mail">
        {/* The server answers the same for every address: who has an account is not told to strangers. */}
        <p>If there is an account with that address, a mail with a link is on its way.</p>
      </Card>
    )
  }
  return (
    <Card title="Forgot your password?">
      <p>Tell us your address, and we send you a link to set a new one.</p>
      <Form {...forgot} button="Send the mail" onSubmit={({ email = '' }) => forgot.run({ email })}>
        <Field name="email" label="E-mail address" type="email" autoComplete="username" />
      </Form>
      <p className="aside">
        <Link href="/login">Back to log in</Link>
      </p>
    </Card>
  )
}
