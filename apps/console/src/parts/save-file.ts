/** Has the browser download what is already here. */
export function saveFile({ name, type, content }: { name: string; type: string; content: string }): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([content], { type }))
  link.download = name
  link.click()
  // Not at once: the download has only started.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
