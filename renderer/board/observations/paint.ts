/** Numbers as pictures. */

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Cells narrower than this bear no number. */
const WRITTEN_WIDTH = 34
const LARGEST_CELL = 64

/** A table of cells, shaded by size: positive blue-green, negative orange, 0 nearly invisible. shape [rows, columns] */
export function drawCells(
  context: CanvasRenderingContext2D,
  shape: readonly number[],
  values: readonly number[],
  box: Box,
): void {
  const [rows, columns] = shape as [number, number]
  const width = Math.min(LARGEST_CELL, box.width / columns)
  const height = Math.min(LARGEST_CELL, box.height / rows)
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1)
  values.forEach((value, i) => {
    const x = box.x + (i % columns) * width
    const y = box.y + Math.floor(i / columns) * height
    const share = Math.abs(value) / most
    context.fillStyle = `rgb(${value < 0 ? '240 163 94' : '95 200 216'} / ${6 + 84 * share}%)`
    const gap = Math.min(1, width * 0.1, height * 0.1)
    context.fillRect(x + gap, y + gap, width - 2 * gap, height - 2 * gap)
    if (width < WRITTEN_WIDTH || height < 16) return
    context.fillStyle = share > 0.5 ? '#0f182b' : 'rgb(255 255 255 / 70%)'
    context.font = '500 12px "Inter Variable", sans-serif'
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(short(value), x + width / 2, y + height / 2)
    context.textBaseline = 'alphabetic'
  })
}

/** Three channels as one colour picture, any other number as grey ones side by side. shape [C, H, W] */
export function drawImage(
  context: CanvasRenderingContext2D,
  shape: readonly number[],
  values: readonly number[],
  box: Box,
): void {
  const [channels, height, width] = shape as [number, number, number]
  const size = width * height
  const pictures = channels === 3 ? 1 : channels
  const scale = Math.min(box.height / height, box.width / (pictures * width + (pictures - 1) * 2))
  context.imageSmoothingEnabled = false
  for (let picture = 0; picture < pictures; picture++) {
    const pixels = new ImageData(width, height)
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < 3; c++) {
        const plane = channels === 3 ? c : picture
        pixels.data[4 * i + c] = 255 * values[plane * size + i]!
      }
      pixels.data[4 * i + 3] = 255
    }
    const image = new OffscreenCanvas(width, height)
    image.getContext('2d')!.putImageData(pixels, 0, 0)
    const x = box.x + picture * (width + 2) * scale
    context.drawImage(image, x, box.y, width * scale, height * scale)
  }
  context.imageSmoothingEnabled = true
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
