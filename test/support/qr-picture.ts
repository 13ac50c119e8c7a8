/** The pixels of our own SVG, eight for each module, as a camera would hand them to a decoder. */
export function picture(dataUri: string): { width: number; height: number; data: Uint8Array } {
  const svg = Buffer.from(dataUri.split(',')[1] ?? '', 'base64').toString()
  const modules = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
  const scale = 8
  const size = modules * scale
  const data = new Uint8Array(size * size * 4).fill(255)
  const dark = svg.slice(svg.lastIndexOf('<path'))
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let row = Number(y) * scale; row < (Number(y) + 1) * scale; row++) {
      for (let column = Number(x) * scale; column < (Number(x) + Number(length)) * scale; column++)
        data.set([0, 0, 0], (row * size + column) * 4)
    }
  }
  return { width: size, height: size, data }
}
