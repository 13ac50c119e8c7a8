import { appName, logo } from '../base/page-settings.ts'

/** The mark and name that the server-rendered pages show. */
export function Brand() {
  if (logo) return <img className="logo" src={logo} alt={appName} />
  return (
    <span className="brand">
      <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <circle cx="11" cy="16" r="6" fill="none" stroke="currentColor" strokeWidth="3.5" />
        <path d="M17 16h12M24 16v5M28.5 16v3.5" fill="none" stroke="currentColor" strokeWidth="3.5" />
      </svg>
      <span>{appName}</span>
    </span>
  )
}
