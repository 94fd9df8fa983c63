/** Any environment on the screen, by what is observed: images as images, numbers as shaded cells, and the action below. */
import type { ObservationScene } from '../../../core/studio/protocol.ts'
import { drawNight } from '../drawing/palette.ts'
import type { Canvas, SceneView, Transition } from '../scene-view.ts'
import { allowed, type Choice, choiceControl, observationsOf } from './control.ts'
import { type Box, drawCells, drawImage } from './paint.ts'
import { drawProblem } from './problem.ts'

const TITLE = 24
const VECTOR = 72

export const observationsView: SceneView<Choice> = {
  aspect: () => 1.4,
  duration: () => 0,
  draw,
  moment: () => null,
  describe: () => '',
  progress: () => 0,
  branches: () => [],
  control: choiceControl,
}

function draw(canvas: Canvas, transition: Transition, _elapsed: number, choice: Choice | null): void {
  const { context, width, height } = canvas
  const scene = observationsOf(transition.after)
  drawNight(context, width, height)
  const edge = width * 0.04
  const parts = choice === null ? 0 : scene.action.discrete.length + scene.action.continuous
  const strip = parts === 0 ? 0 : Math.min(height * 0.4, 34 * parts + 12)
  const above = scene.problem === null ? 0 : drawProblem(context, scene.problem, edge, width - 2 * edge)
  const room = {
    x: edge,
    y: edge * 0.7 + above,
    width: width - 2 * edge,
    height: height - edge * 1.4 - strip - above,
  }
  drawObservations(context, scene, room)
  if (choice !== null) {
    drawChoice(context, scene, choice, { ...room, y: height - strip - edge * 0.4, height: strip })
  }
}

/** One below the other: vectors as high as their cells, and what room is left for tables and, twice as high, images. */
function drawObservations(
  context: CanvasRenderingContext2D,
  { observations }: ObservationScene,
  room: Box,
): void {
  const vectors = observations.filter(({ shape }) => shape.length === 1).length
  const high = room.height - TITLE * observations.length
  const vector = Math.min(VECTOR, high / observations.length)
  const weights = observations.map(({ shape }) => shape.length - 1)
  const unit = (high - vectors * vector) / weights.reduce((sum, weight) => sum + weight, 0)
  const heights = weights.map((weight) => (weight === 0 ? vector : unit * weight))
  let y = room.y
  observations.forEach(({ name, shape, values }, i) => {
    label(context, name, room.x, y + TITLE * 0.55, 'rgb(255 255 255 / 75%)')
    const box = { x: room.x, y: y + TITLE, width: room.width, height: heights[i]! - 8 }
    if (shape.length === 3) drawImage(context, shape, values, box)
    else drawCells(context, shape.length === 1 ? [1, shape[0]!] : shape, values, box)
    y += TITLE + heights[i]!
  })
}

/** A line for each part of the action: what may be chosen, and what is. */
function drawChoice(
  context: CanvasRenderingContext2D,
  scene: ObservationScene,
  { part, discrete, continuous }: Choice,
  box: Box,
): void {
  const lines = discrete.length + continuous.length
  const pitch = box.height / lines
  for (let line = 0; line < lines; line++) {
    const y = box.y + (line + 0.5) * pitch
    const name = line < discrete.length ? `choice ${line + 1}` : `value ${line - discrete.length + 1}`
    label(context, `${line === part && lines > 1 ? '▸ ' : ''}${name}`, box.x, y, 'rgb(255 255 255 / 75%)')
    const from = box.x + 90
    if (line >= discrete.length) {
      slider(context, continuous[line - discrete.length]!, from, y, box.width - 90)
      continue
    }
    const may = allowed(scene, line)
    const size = scene.action.discrete[line]!
    const cell = Math.min(36, (box.width - 90) / size)
    for (let index = 0; index < size; index++) {
      const chosen = discrete[line] === index
      context.fillStyle = chosen ? '#45c9b0' : may.includes(index) ? 'rgb(255 255 255 / 12%)' : 'transparent'
      context.beginPath()
      context.roundRect(from + index * cell + 1, y - 12, cell - 2, 24, 5)
      context.fill()
      if (cell < 16) continue
      const ink = chosen ? '#06231d' : `rgb(255 255 255 / ${may.includes(index) ? 85 : 30}%)`
      label(context, String(index), from + (index + 0.5) * cell, y, ink, 'center')
    }
  }
}

function slider(context: CanvasRenderingContext2D, value: number, x: number, y: number, width: number): void {
  context.fillStyle = 'rgb(255 255 255 / 15%)'
  context.fillRect(x, y - 2, width - 50, 4)
  context.fillStyle = '#45c9b0'
  context.beginPath()
  context.arc(x + ((value + 1) / 2) * (width - 50), y, 8, 0, 2 * Math.PI)
  context.fill()
  label(context, value.toFixed(1), x + width, y, 'rgb(255 255 255 / 85%)', 'right')
}

function label(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  colour: string,
  align: CanvasTextAlign = 'left',
): void {
  context.font = '500 13px "Inter Variable", sans-serif'
  context.textAlign = align
  context.textBaseline = 'middle'
  context.fillStyle = colour
  context.fillText(text, x, y)
  context.textBaseline = 'alphabetic'
}
