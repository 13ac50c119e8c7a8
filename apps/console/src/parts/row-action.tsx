interface RowActionProps {
  text: string
  /** The same with the name of the row, for who hears it alone. */
  named: string
  onClick(): void
}

/** A button that stands in each row of a list. */
export const RowAction = ({ text, named, onClick }: RowActionProps) => (
  <button type="button" className="secondary" aria-label={named} onClick={onClick}>
    {text}
  </button>
)
