/** What moves during a step. */
import type { BubbleEvent } from '../../../core/studio/protocol.ts'
import type { Canvas } from '../scene-view.ts'
import { drawBird } from './bird.ts'
import { centre, type Layout } from './layout.ts'
import { drawCell, hueOf } from './sprites.ts'
import { DROP_MS, FREE_MS, type Piece, POP_MS, pointAlong } from './timeline.ts'

const TRAIL = 7
const GRAVITY = 46

/** @param share  of the flight, in [0, 1] */
export function drawShot(
  canvas: Canvas,
  layout: Layout,
  shot: Extract<BubbleEvent, { kind: 'shot' }>,
  share: number,
): void {
  const { context, pixelRatio } = canvas
  for (let i = TRAIL; i > 0; i--) {
    const at = pointAlong(shot.path, share - i * 0.022)
    context.globalAlpha = 0.22 * (1 - i / (TRAIL + 1))
    context.fillStyle = hueOf(shot.colour).light
    context.beginPath()
    context.arc(layout.x(at.x), layout.y(at.y), layout.unit * (0.46 - i * 0.04), 0, 2 * Math.PI)
    context.fill()
  }
  context.globalAlpha = shot.row < 0 ? Math.min(1, (1 - share) * 5) : 1
  const at = pointAlong(shot.path, share)
  drawCell(context, pixelRatio, shot.colour, layout.x(at.x), layout.y(at.y), layout.unit)
  context.globalAlpha = 1
}

/** @param elapsed, flightMs  milliseconds; the landing bubble is not there before the flight is over */
export function drawPiece(
  canvas: Canvas,
  layout: Layout,
  piece: Piece,
  elapsed: number,
  flightMs: number,
): void {
  const since = elapsed - piece.start
  if (piece.kind === 'pop') pop(canvas, layout, piece, since)
  else if (piece.kind === 'drop') drop(canvas, layout, piece, since)
  else free(canvas, layout, piece, since, elapsed < flightMs)
}

function pop(canvas: Canvas, layout: Layout, piece: Piece, since: number): void {
  if (since >= POP_MS) return
  const { context, pixelRatio } = canvas
  const at = centre(piece.row, piece.column)
  const share = Math.max(0, since) / POP_MS
  context.globalAlpha = 1 - share * share
  drawCell(
    context,
    pixelRatio,
    piece.colour,
    layout.x(at.x),
    layout.y(at.y),
    layout.unit * (1 + 0.35 * share),
  )
  if (share > 0) {
    context.strokeStyle = hueOf(piece.colour).light
    context.lineWidth = layout.unit * 0.06 * (1 - share)
    context.beginPath()
    context.arc(layout.x(at.x), layout.y(at.y), layout.unit * (0.45 + 0.4 * share), 0, 2 * Math.PI)
    context.stroke()
  }
  context.globalAlpha = 1
}

function drop(canvas: Canvas, layout: Layout, piece: Piece, since: number): void {
  if (since >= DROP_MS) return
  const { context, pixelRatio } = canvas
  const at = centre(piece.row, piece.column)
  const seconds = Math.max(0, since) / 1000
  // A little sideways drift, a different one for every cell, keeps a falling cluster from looking like one picture.
  const drift = (((piece.row * 7 + piece.column * 13) % 11) - 5) * 0.22 * seconds
  context.globalAlpha = Math.min(1, 3 * (1 - Math.max(0, since) / DROP_MS))
  const y = at.y + (GRAVITY * seconds * seconds) / 2
  drawCell(context, pixelRatio, piece.colour, layout.x(at.x + drift), layout.y(y), layout.unit)
  context.globalAlpha = 1
}

/** The shell bursts and the bird flies up and away to the nearer side. */
function free(canvas: Canvas, layout: Layout, piece: Piece, since: number, waiting: boolean): void {
  if (since >= FREE_MS) return
  const { context, pixelRatio } = canvas
  const at = centre(piece.row, piece.column)
  if (waiting || since < 0) {
    drawCell(context, pixelRatio, piece.colour, layout.x(at.x), layout.y(at.y), layout.unit)
    return
  }
  const share = since / FREE_MS
  const side = at.x < 5.5 ? -1 : 1
  const x = at.x + side * 2.6 * share * share
  const y = at.y - 0.4 * Math.sin(share * Math.PI) - (at.y + 1) * share ** 2.2
  const size = layout.unit * (1 + 0.25 * share)
  context.save()
  context.globalAlpha = Math.min(1, 4 * (1 - share))
  context.translate(layout.x(x), layout.y(y))
  context.scale(side * size, size)
  context.translate(-0.5, -0.5)
  drawBird(context, 0.5 + 0.5 * Math.sin(since / 45))
  context.restore()
  if (since < POP_MS) {
    const burst = since / POP_MS
    context.strokeStyle = `rgb(235 244 255 / ${0.8 * (1 - burst)})`
    context.lineWidth = 1.5
    context.beginPath()
    context.arc(layout.x(at.x), layout.y(at.y), layout.unit * (0.48 + 0.35 * burst), 0, 2 * Math.PI)
    context.stroke()
  }
}
