/** Groups of more than one that reach each other (Tarjan, 1972), by pairs "the first needs the second". */
export function circlesOf(pairs: Iterable<readonly [string, string]>): string[][] {
  const needs = new Map<string, Set<string>>()
  const neededBy = (node: string) => needs.get(node) ?? needs.set(node, new Set()).get(node) ?? new Set()
  for (const [from, to] of pairs)
    if (from !== to) {
      neededBy(from).add(to)
      neededBy(to)
    }

  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []

  function visit(node: string): number {
    let low = order.size
    order.set(node, low)
    stack.push(node)
    for (const other of neededBy(node)) {
      if (!order.has(other)) low = Math.min(low, visit(other))
      else if (stack.includes(other)) low = Math.min(low, lowest.get(other) ?? order.get(other) ?? low)
    }
    lowest.set(node, low)
    if (low === order.get(node)) close(node)
    return low
  }

  function close(node: string): void {
    const group = stack.splice(stack.indexOf(node))
    if (group.length > 1) circles.push(group.sort())
  }

  for (const node of needs.keys()) if (!order.has(node)) visit(node)
  return circles
}
