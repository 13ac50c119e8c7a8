import { type PropsWithChildren, useEffect } from 'react'
import { appName } from '../base/page-settings.ts'

/** A section under its heading, which names the page as well. */
export function SectionPage({
  title,
  intro,
  children,
}: PropsWithChildren<{ title: string; intro?: string }>) {
  useEffect(() => void (document.title = `${title} · ${appName}`), [title])
  return (
    <>
      <h1 tabIndex={-1}>{title}</h1>
      {intro && <p className="intro">{intro}</p>}
      {children}
    </>
  )
}

/** Takes the focus when the element that had it is gone. */
export const focusHeading = (): void => document.querySelector('h1')?.focus()

/** One matter of a section. */
export const Card = ({ title, children }: PropsWithChildren<{ title?: string }>) => (
  <section className="card">
    {title && <h2>{title}</h2>}
    {children}
  </section>
)
