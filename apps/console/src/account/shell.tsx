import { useEffect, useRef, useState } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { auth, useAuth, useUser } from '../base/auth.ts'
import { departTo } from './departure.ts'
import { useLocale } from '../base/locale/locale.tsx'
import { Brand } from '../parts/brand.tsx'
import { focusHeading } from '../parts/section-page.tsx'
import { useOnline } from '../parts/use-online.ts'
import { NotFound } from './not-found.tsx'
import { sections } from './sections/sections.ts'
import type { AccountWords } from './words/en.ts'

/** The frame of every section: brand, menu, and a notice when offline. */
export function Shell() {
  const { t } = useLocale<AccountWords>()
  const [path] = useLocation()
  const shown = useRef(path)

  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    window.scrollTo(0, 0)
    // Tells screen-reader users where the link has led.
    focusHeading()
  }, [path])

  return (
    <>
      <a className="skip" href="#main">
        {t.shell.skip}
      </a>
      <header className="top">
        <Brand />
        <SignOut />
      </header>
      <Menu />
      <main id="main" tabIndex={-1}>
        <Connection />
        <Switch>
          {sections.map(({ path, component }) => (
            <Route key={path} path={path} component={component} />
          ))}
          <Route component={NotFound} />
        </Switch>
      </main>
    </>
  )
}

function SignOut() {
  const { t } = useLocale<AccountWords>()
  const email = useUser()?.email
  return (
    <div className="who">
      <span title={email}>{email}</span>
      <button type="button" className="secondary" onClick={() => departTo('/sign-in', auth.logout())}>
        {t.actions.signOut}
      </button>
    </div>
  )
}

/** A list beside the content; where there is no room for it, behind a button that says where one is. */
function Menu() {
  const { t } = useLocale<AccountWords>()
  const [path] = useLocation()
  const [open, setOpen] = useState(false)
  const current = sections.find((section) => section.path === path)

  return (
    <nav
      className="menu"
      aria-label={t.shell.sections}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setOpen(false)
      }}
    >
      <button
        type="button"
        className="secondary"
        aria-expanded={open}
        aria-controls="sections"
        onClick={() => setOpen(!open)}
      >
        <span className="visually-hidden">{t.shell.menu}: </span>
        {current ? t[current.name].title : t.shell.account}
      </button>
      <ul id="sections" className={open ? 'open' : undefined}>
        {sections.map((section) => (
          <li key={section.path}>
            <Link
              href={section.path}
              aria-current={section === current ? 'page' : undefined}
              onClick={() => setOpen(false)}
            >
              {t[section.name].title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function Connection() {
  const { t } = useLocale<AccountWords>()
  const stale = useAuth(({ stale }) => stale)
  const online = useOnline()
  return <div role="status">{(stale || !online) && <p className="notice offline">{t.shell.offline}</p>}</div>
}
