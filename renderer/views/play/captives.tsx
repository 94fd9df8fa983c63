import { useEffect, useRef } from 'react'
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import { drawBird } from '../../board/bubble/bird.ts'
import { CAPTIVE } from '../../board/bubble/layout.ts'
import { drawCell } from '../../board/bubble/sprites.ts'
import classes from './play.module.css'

const SIZE = 28

/** The captives in a row: some still in their bubbles, the free ones flying. */
export function Captives({ scene }: { scene: BubbleScene }) {
  return (
    <div>
      <p className={classes.captives} aria-hidden>
        {Array.from({ length: scene.captives }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the birds are alike and stay in place
          <Bird key={index} free={index < scene.captivesFreed} />
        ))}
      </p>
      <p className="small muted figure">
        {scene.captivesFreed} of {scene.captives} birds free
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
