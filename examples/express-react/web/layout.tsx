import { type PropsWithChildren, useEffect } from 'react'
import { Link } from 'wouter'
import { auth, useAction, useAuth, useUser } from './auth.ts'
import { sentenceOf } from './sentence.ts'

/** Around every page: who is there, and what is wrong with the wire, if anything. */
export function Layout({ children }: PropsWithChildren) {
  const user = useUser()
  return (
    <>
      <header>
        <Link href="/" className="brand">
          Notes
        </Link>
        {user && (
          <nav aria-label="Account">
            <Link href="/devices">Devices</Link>
            <button type="button" onClick={() => void auth.logout()}>
              Log out
            </button>
          </nav>
        )}
      </header>
      <ConnectionHint />
      {user?.emailVerified === false && <VerifyHint email={user.email} />}
      <main>{children}</main>
    </>
  )
}

/** A server that cannot be reached signs nobody out, so there is nothing to do but to say so. */
function ConnectionHint() {
  const stale = useAuth((state) => state.stale)
  const signedIn = useAuth((state) => state.status === 'signed-in')
  return (
    <div role="status">
      {stale && (
        <p className="hint bar">
          No connection right now. {signedIn && 'You stay signed in. '}This goes away by itself.
        </p>
      )}
    </div>
  )
}

function VerifyHint({ email }: { email: string }) {
  const send = useAction(auth.account.sendVerification)
  return (
    <div className="hint bar" role="status">
      {send.data ? (
        <p>A new mail is on its way to {email}.</p>
      ) : (
        <p>
          Please follow the link in the mail to {email}. {send.error && sentenceOf(send.error)}{' '}
          <button type="button" onClick={() => void send.run()} aria-busy={send.pending}>
            Send it again
          </button>
        </p>
      )}
    </div>
  )
}

export function Card({ title, children }: PropsWithChildren<{ title: string }>) {
  useEffect(() => {
    document.title = `${title} · Notes`
  }, [title])
  return (
    <section className="card">
      <h1>{title}</h1>
      {children}
    </section>
  )
}
