export function countUp(most: number): number {
  let count = 0
  for (;;) {
    if (count >= most) return count
    count++
  }
}
