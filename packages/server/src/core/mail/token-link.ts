/** Link to a page that takes the token of a mail. Starts at the configured public URL, whatever the request said. */
export const tokenLink = (publicUrl: string, path: string, token: string): string =>
  `${publicUrl}${path}?token=${token}`
