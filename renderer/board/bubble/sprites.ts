/**
 * Bubbles, drawn once per size and kept. The four colours stay apart for every common kind of colour blindness
 * (smallest distance in CIELAB 33, simulated) and each carries its own glyph besides.
 */
import { drawBird } from './bird.ts'
import { CAPTIVE } from './layout.ts'

interface Hue {
  readonly light: string
  readonly base: string
  readonly deep: string
  readonly glyph: 'dot' | 'ring' | 'bar' | 'cross'
  readonly name: string
}

const hues: readonly Hue[] = [
  { light: '#8fa8ff', base: '#4c6fe6', deep: '#2c44a6', glyph: 'dot', name: 'blue' },
  { light: '#ffdf8a', base: '#f9bd35', deep: '#b97a0a', glyph: 'ring', name: 'yellow' },
  { light: '#ff9a94', base: '#e5484d', deep: '#9c1f2b', glyph: 'bar', name: 'red' },
  { light: '#b5f5e6', base: '#62d6c0', deep: '#1f8c7c', glyph: 'cross', name: 'aqua' },
]

/** @param colour  1 to 4 */
export function hueOf(colour: number): Hue {
  return hues[colour - 1] ?? hues[0]!
}

const kept = new Map<string, OffscreenCanvas>()
const KEPT_SIZES = 60

/** @param diameter  in screen pixels */
function sprite(cell: number, diameter: number): OffscreenCanvas {
  const size = Math.max(4, Math.round(diameter))
  const key = `${cell}/${size}`
  const known = kept.get(key)
  if (known !== undefined) return known
  if (kept.size > KEPT_SIZES) kept.clear()
  const canvas = new OffscreenCanvas(size, size)
  const context = canvas.getContext('2d')!
  context.scale(size, size)
  if (cell === CAPTIVE) {
    drawBird(context, 0)
    drawShell(context)
  } else drawBubble(context, hueOf(cell))
  kept.set(key, canvas)
  return canvas
}

/** Draws the bubble of `cell` around (x, y), all in CSS pixels. */
export function drawCell(
  context: CanvasRenderingContext2D,
  pixelRatio: number,
  cell: number,
  x: number,
  y: number,
  diameter: number,
): void {
  const image = sprite(cell, diameter * pixelRatio)
  context.drawImage(image, x - diameter / 2, y - diameter / 2, diameter, diameter)
}

type Context = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D

/** In a square of side 1. */
function drawBubble(context: Context, hue: Hue): void {
  const body = context.createRadialGradient(0.36, 0.3, 0.02, 0.5, 0.5, 0.49)
  body.addColorStop(0, hue.light)
  body.addColorStop(0.45, hue.base)
  body.addColorStop(1, hue.deep)
  disc(context, 0.5, 0.5, 0.485, body)
  drawGlyph(context, hue.glyph)
  rim(context, 'rgb(255 255 255 / 28%)')
  highlight(context, 0.85)
}

function drawGlyph(context: Context, glyph: Hue['glyph']): void {
  context.save()
  context.translate(0.5, 0.52)
  context.strokeStyle = context.fillStyle = 'rgb(255 255 255 / 88%)'
  context.shadowColor = 'rgb(0 0 0 / 45%)'
  context.shadowBlur = 2
  context.lineWidth = 0.075
  context.lineCap = 'round'
  context.beginPath()
  if (glyph === 'dot') {
    context.arc(0, 0, 0.105, 0, 2 * Math.PI)
    context.fill()
  } else {
    if (glyph === 'ring') context.arc(0, 0, 0.135, 0, 2 * Math.PI)
    if (glyph === 'bar') lines(context, [-0.16, 0, 0.16, 0])
    if (glyph === 'cross') lines(context, [-0.12, -0.12, 0.12, 0.12], [-0.12, 0.12, 0.12, -0.12])
    context.stroke()
  }
  context.restore()
}

/** The glass around a captive. */
function drawShell(context: Context): void {
  const glass = context.createRadialGradient(0.5, 0.5, 0.2, 0.5, 0.5, 0.49)
  glass.addColorStop(0, 'rgb(214 232 255 / 6%)')
  glass.addColorStop(0.8, 'rgb(214 232 255 / 20%)')
  glass.addColorStop(1, 'rgb(226 240 255 / 55%)')
  disc(context, 0.5, 0.5, 0.485, glass)
  rim(context, 'rgb(235 244 255 / 85%)')
  highlight(context, 0.95)
}

function disc(context: Context, x: number, y: number, radius: number, fill: string | CanvasGradient): void {
  context.fillStyle = fill
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

function rim(context: Context, colour: string): void {
  context.strokeStyle = colour
  context.lineWidth = 0.022
  context.beginPath()
  context.arc(0.5, 0.5, 0.472, 0, 2 * Math.PI)
  context.stroke()
}

function highlight(context: Context, strength: number): void {
  context.save()
  context.translate(0.34, 0.235)
  context.rotate(-0.6)
  context.scale(1, 0.55)
  const shine = context.createRadialGradient(0, 0, 0, 0, 0, 0.15)
  shine.addColorStop(0, `rgb(255 255 255 / ${strength})`)
  shine.addColorStop(1, 'rgb(255 255 255 / 0)')
  disc(context, 0, 0, 0.15, shine)
  context.restore()
}

function lines(context: Context, ...segments: readonly (readonly [number, number, number, number])[]): void {
  for (const [x0, y0, x1, y1] of segments) {
    context.moveTo(x0, y0)
    context.lineTo(x1, y1)
  }
}
