import type { ReactNode, Ref } from 'react'

interface ItemListProps<Item> {
  title: string
  /** Said where there are none. */
  empty: string
  /** Null before they have come. */
  items: readonly Item[] | null | undefined
  row(item: Item): ReactNode
  ref: Ref<HTMLDivElement>
}

/** A list that may be empty, and takes the focus when a row has gone. */
export const ItemList = <Item,>({ title, empty, items, row, ref }: ItemListProps<Item>) => (
  <div ref={ref} role="group" tabIndex={-1} aria-label={title}>
    {items?.length === 0 && <p className="note">{empty}</p>}
    {items && items.length > 0 && <ul className="card list">{items.map(row)}</ul>}
  </div>
)
