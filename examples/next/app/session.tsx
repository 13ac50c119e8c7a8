'use client'
import type { ReactNode } from 'react'
import { AuthProvider } from '../lib/client'

/** Without the hint nobody is signed in, for sure; with it the browser has to ask. */
export function Session({ nobody, children }: { nobody: boolean; children: ReactNode }) {
  return nobody ? (
    <AuthProvider initial={null}>{children}</AuthProvider>
  ) : (
    <AuthProvider>{children}</AuthProvider>
  )
}
