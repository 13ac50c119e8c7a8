import { createContext, type PropsWithChildren, use, useCallback, useEffect, useState } from 'react'

/** Says what has been done: to be seen for a while, and heard. */
type Announce = (text: string) => void

const AnnouncerContext = createContext<Announce>(() => {})
const shownFor = 8000

export function AnnouncerProvider({ children }: PropsWithChildren) {
  const [said, setSaid] = useState({ text: '', count: 0 })
  const announce = useCallback((text: string) => setSaid(({ count }) => ({ text, count: count + 1 })), [])

  useEffect(() => {
    const timer = setTimeout(() => setSaid({ text: '', count: 0 }), shownFor)
    return () => clearTimeout(timer)
  }, [said.count])

  return (
    <AnnouncerContext value={announce}>
      {children}
      <div className="announcer" role="status">
        {/* A new element each time: the same words are said again. */}
        {said.text && <p key={said.count}>{said.text}</p>}
      </div>
    </AnnouncerContext>
  )
}

export const useAnnounce = (): Announce => use(AnnouncerContext)
