import type { PropsWithChildren } from 'react'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { useHistoryState } from 'wouter/use-browser-location'
import { RequireAuth, useAuth } from './auth.ts'
import { Card, Layout } from './layout.tsx'
import { DevicesPage } from './pages/devices.tsx'
import { Forgot } from './pages/forgot.tsx'
import { Login } from './pages/login.tsx'
import { NotesPage } from './pages/notes.tsx'
import { Register } from './pages/register.tsx'
import { Reset } from './pages/reset.tsx'

export function App() {
  return (
    <Layout>
      <Switch>
        <Route path="/reset-password" component={Reset} />
        <Route path="/login">
          <Guests>
            <Login />
          </Guests>
        </Route>
        <Route path="/register">
          <Guests>
            <Register />
          </Guests>
        </Route>
        <Route path="/forgot" component={Forgot} />
        <Route path="/">
          <Members>
            <NotesPage />
          </Members>
        </Route>
        <Route path="/devices">
          <Members>
            <DevicesPage />
          </Members>
        </Route>
        <Route>
          <Card title="There is nothing here">
            <p>The address is wrong, or what was here is gone.</p>
          </Card>
        </Route>
      </Switch>
    </Layout>
  )
}

const waiting = <p className="waiting">One moment…</p>

/** Shown to signed-in users; all others log in and come back here. */
function Members({ children }: PropsWithChildren) {
  const [from] = useLocation()
  return (
    <RequireAuth loading={waiting} signedOut={<Redirect to="/login" state={{ from }} replace />}>
      {children}
    </RequireAuth>
  )
}

/** Shown to everybody else: after signing in, here or in another tab, they go on to where they wanted to go. */
function Guests({ children }: PropsWithChildren) {
  const status = useAuth((state) => state.status)
  // Only this application writes it; a parameter of the address anybody could.
  const { from = '/' } = useHistoryState<{ from?: string } | null>() ?? {}
  if (status === 'loading') return waiting
  return status === 'signed-in' ? <Redirect to={from} replace /> : children
}
