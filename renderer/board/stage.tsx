/** A canvas that shows what its source says, and draws again only when that changes. */
import { useEffect, useRef } from 'react'
import type { SceneView, Transition } from './scene-view.ts'
import classes from './stage.module.css'

export interface Picture {
  readonly transition: Transition
  /** Milliseconds into the transition. */
  readonly elapsed: number
  readonly control: unknown
  /** Whether the picture will be another one in the next frame. */
  readonly moving: boolean
}

export interface PictureSource {
  /** The picture at `now` (performance.now); null before there is one. */
  read(now: number): Picture | null
  subscribe(listener: () => void): () => void
}

interface StageProps {
  readonly view: SceneView
  readonly source: PictureSource
  /** What the picture shows, for those who do not see it. */
  readonly label: string
}

export function Stage({ view, source, label }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => run(canvas.current!, view, source), [view, source])
  return <canvas ref={canvas} className={classes.canvas} role="img" aria-label={label} />
}

function run(canvas: HTMLCanvasElement, view: SceneView, source: PictureSource): () => void {
  const context = canvas.getContext('2d', { alpha: false })!
  let scheduled = 0
  const paint = (now: number) => {
    scheduled = 0
    const picture = source.read(now)
    const width = canvas.clientWidth
    const height = canvas.clientHeight
    if (picture === null || width === 0) return
    const pixelRatio = window.devicePixelRatio
    matchSize(canvas, width, height, pixelRatio)
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    view.draw({ context, width, height, pixelRatio }, picture.transition, picture.elapsed, picture.control)
    if (picture.moving || view.pending?.(picture.transition) === true) schedule()
  }
  const schedule = () => {
    if (scheduled === 0) scheduled = requestAnimationFrame(paint)
  }
  const resize = new ResizeObserver(schedule)
  resize.observe(canvas)
  const unsubscribe = source.subscribe(schedule)
  // Words on the board wait for their letters.
  void document.fonts.ready.then(schedule)
  schedule()
  return () => {
    cancelAnimationFrame(scheduled)
    resize.disconnect()
    unsubscribe()
  }
}

function matchSize(canvas: HTMLCanvasElement, width: number, height: number, pixelRatio: number): void {
  const [w, h] = [Math.round(width * pixelRatio), Math.round(height * pixelRatio)]
  if (canvas.width === w && canvas.height === h) return
  canvas.width = w
  canvas.height = h
}
