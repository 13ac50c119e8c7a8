import { cookies } from 'next/headers'
import type { ReactNode } from 'react'
import { Session } from './session'

export const metadata = { title: 'Notes' }

export default async function Layout({ children }: { children: ReactNode }) {
  const maybeSignedIn = (await cookies()).has('latchkey-hint')
  return (
    <html lang="en">
      <body>
        <Session nobody={!maybeSignedIn}>{children}</Session>
      </body>
    </html>
  )
}
