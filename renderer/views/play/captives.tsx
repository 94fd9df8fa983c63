import { useEffect, useRef } from 'react'
import type { BubbleScene } from '../../../core/studio/protocol.ts'
import { drawBird } from '../../board/bubble/bird.ts'
import classes from './play.module.css'

const SIZE = 26

/** The captives in a row: those still caught are pale, the free ones fly. */
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
        {scene.captivesFreed} of {scene.captives} captives free
      </p>
    </div>
  )
}

function Bird({ free }: { free: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context == null) return
    const pixels = SIZE * window.devicePixelRatio
    context.canvas.width = context.canvas.height = pixels
    context.scale(pixels, pixels)
    drawBird(context, free ? 0.8 : 0)
  }, [free])
  return <canvas ref={canvas} className={free ? classes.freeBird : classes.caughtBird} />
}
