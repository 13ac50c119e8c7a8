/** The texts that an answer holds by these names; an answer without one of them fails here and says so. */
export async function textsOf<Name extends string>(
  answer: Pick<Response, 'json'>,
  ...names: Name[]
): Promise<Record<Name, string>> {
  const body: unknown = await answer.json()
  if (typeof body !== 'object' || body === null) throw new Error(`expected an object, got ${String(body)}`)
  const found: Partial<Record<Name, string>> = {}
  for (const [name, value] of Object.entries(body))
    for (const wanted of names) if (name === wanted && typeof value === 'string') found[wanted] = value
  for (const name of names)
    if (found[name] === undefined) throw new Error(`expected ${name} in ${JSON.stringify(body)}`)
  return found as Record<Name, string>
}
