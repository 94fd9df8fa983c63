import { useEffect, useRef } from 'react'
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import type { PanelProps } from '../scene-view.ts'
import { drawBird } from './bird.ts'
import classes from './captives.module.css'
import { CAPTIVE } from './layout.ts'
import { drawCell } from './sprites.ts'

const SIZE = 28

/** The captives in a row: some still in their bubbles, the free ones flying. */
export function Captives({ scene }: PanelProps) {
  const { captives, captivesFreed } = scene as unknown as BubbleScene
  return (
    <div>
      <p className={classes.captives} aria-hidden>
        {Array.from({ length: captives }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the birds are alike and stay in place
          <Bird key={index} free={index < captivesFreed} />
        ))}
      </p>
      <p className="small muted figure">
        {captivesFreed} of {captives} birds free
      </p>
    </div>
  )
}

function Bird({ free }: { free: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context == null) return
    const ratio = window.devicePixelRatio
    context.canvas.width = context.canvas.height = SIZE * ratio
    context.scale(ratio, ratio)
    if (free) {
      context.scale(SIZE, SIZE)
      drawBird(context, 0.8)
    } else drawCell(context, ratio, CAPTIVE, SIZE / 2, SIZE / 2, SIZE)
  }, [free])
  return <canvas ref={canvas} className={free ? classes.freeBird : classes.caughtBird} />
}
