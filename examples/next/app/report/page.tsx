import { protect } from '../../lib/auth'

/** Administrators see it; everybody else sees `unauthorized.tsx` or `forbidden.tsx`. */
export default async function Page() {
  const { sub } = await protect({ role: 'admin' })
  return <p data-report={sub}>The report.</p>
}
