/** Shapes onto a canvas whose units are the drawing's. */
import type { DrawnShape } from '../../../core/studio/protocol.ts'
import { colourOf } from './palette.ts'
import { bitmapOf } from './pictures.ts'

/** Where a shape with a stroke says nothing of its width: a share of the board's height. */
const THIN = 0.006
/** CSS pixels. */
const LEAST_TEXT = 13
const MOST_ENLARGED = 1.5
/** Pictures whose pixels are larger on the screen are made of pixels that are meant to be seen. */
const PIXELATED = 3

type Ink = CanvasRenderingContext2D
type Of<Kind extends DrawnShape['shape']> = Extract<DrawnShape, { shape: Kind }>

/** @param height  of the board, in its units @param scale  CSS pixels a unit */
export function paint(context: Ink, shapes: readonly DrawnShape[], height: number, scale: number): void {
  context.lineCap = context.lineJoin = 'round'
  for (const shape of shapes) {
    context.globalAlpha = shape.opacity ?? 1
    context.lineWidth = shape.lineWidth ?? THIN * height
    context.setLineDash(shape.dash ?? [])
    context.save()
    turnAround(context, shape)
    if (shape.shape === 'text') paintText(context, shape, scale)
    else if (shape.shape === 'picture') paintPicture(context, shape, scale)
    else paintPath(context, shape)
    context.restore()
  }
  context.globalAlpha = 1
  context.setLineDash([])
}

function turnAround(context: Ink, shape: DrawnShape): void {
  if (shape.shape !== 'rectangle' || shape.turn === undefined) return
  const [x, y] = [shape.x + shape.width / 2, shape.y + shape.height / 2]
  context.translate(x, y)
  context.rotate(shape.turn)
  context.translate(-x, -y)
}

function paintPath(context: Ink, shape: Exclude<DrawnShape, Of<'text'> | Of<'picture'>>): void {
  context.beginPath()
  trace(context, shape)
  if (shape.fill !== undefined) {
    const colour = colourOf(shape.fill)
    context.fillStyle = shape.shape === 'circle' && shape.shine ? lit(context, shape, colour) : colour
    if (shape.shape === 'arc') slice(context, shape)
    context.fill()
  }
  if (shape.stroke === undefined) return
  if (shape.shape === 'arc' && shape.fill !== undefined) {
    context.beginPath()
    trace(context, shape)
  }
  context.strokeStyle = colourOf(shape.stroke)
  context.stroke()
}

function trace(context: Ink, shape: Exclude<DrawnShape, Of<'text'> | Of<'picture'>>): void {
  switch (shape.shape) {
    case 'rectangle':
      context.roundRect(shape.x, shape.y, shape.width, shape.height, shape.radius ?? 0)
      return
    case 'circle':
      context.arc(shape.x, shape.y, shape.radius, 0, 2 * Math.PI)
      return
    case 'arc':
      context.arc(shape.x, shape.y, shape.radius, shape.from, shape.to, shape.to < shape.from)
      return
    default:
      for (const [x, y] of shape.points) context.lineTo(x, y)
      if (shape.shape === 'polygon') context.closePath()
  }
}

function slice(context: Ink, { x, y }: Of<'arc'>): void {
  context.lineTo(x, y)
  context.closePath()
}

function lit(context: Ink, { x, y, radius }: Of<'circle'>, colour: string): CanvasGradient {
  const light = context.createRadialGradient(x - radius * 0.3, y - radius * 0.4, radius * 0.05, x, y, radius)
  light.addColorStop(0, `color-mix(in srgb, ${colour} 40%, white)`)
  light.addColorStop(1, colour)
  return light
}

/** Words on a small board stay as large as can be read, while they have room. */
function legible(pixels: number): number {
  return Math.max(pixels, Math.min(LEAST_TEXT, pixels * MOST_ENLARGED))
}

/** In pixels: letters of a few units would be set on whole units. */
function paintText(context: Ink, { x, y, text, size, align, bold, fill }: Of<'text'>, scale: number): void {
  context.translate(x, y)
  context.scale(1 / scale, 1 / scale)
  context.font = `${bold ? 600 : 500} ${legible(size * scale)}px "Inter Variable", sans-serif`
  context.textAlign = align ?? 'center'
  context.textBaseline = 'middle'
  context.fillStyle = colourOf(fill ?? 'ink')
  context.fillText(text, 0, 0)
  context.textBaseline = 'alphabetic'
}

function paintPicture(context: Ink, picture: Of<'picture'>, scale: number): void {
  const bitmap = bitmapOf(picture)
  if (bitmap === null) return
  const { x, y, width, height, columns } = picture
  context.imageSmoothingEnabled = (width * scale) / columns < PIXELATED
  context.drawImage(bitmap, x, y, width, height)
  context.imageSmoothingEnabled = true
}
