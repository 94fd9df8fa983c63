import { useEffect, useRef, useState } from 'react'
import type { Moment } from '../board/scene-view.ts'
import type { Clock } from './clock.ts'
import classes from './replay.module.css'
import { useClock } from './use-clock.ts'

export interface Mark extends Moment {
  readonly step: number
}

interface ScrubberProps {
  readonly clock: Clock
  readonly marks: readonly Mark[]
  readonly noun: string
}

/** The whole replay as a bar: drag, click, wheel (Shift: ten steps), or the keys of a slider. */
export function Scrubber({ clock, marks, noun }: ScrubberProps) {
  const bar = useRef<HTMLDivElement>(null)
  const { step, loop } = useClock(clock)
  const [hovered, setHovered] = useState<number | null>(null)
  useEffect(() => listenForWheel(bar.current!, clock), [clock])

  const share = (value: number) => (clock.last === 0 ? 0 : (100 * value) / clock.last)
  const stepAt = (event: React.PointerEvent) => {
    const box = bar.current!.getBoundingClientRect()
    return Math.round(Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * clock.last)
  }
  const words = (value: number) => {
    const mark = marks.find((candidate) => candidate.step === value)
    return `${noun} ${value} of ${clock.last}${mark === undefined ? '' : `, ${mark.label}`}`
  }
  return (
    <div
      ref={bar}
      className={classes.scrubber}
      role="slider"
      tabIndex={0}
      aria-label="Position in the replay"
      aria-valuemin={0}
      aria-valuemax={clock.last}
      aria-valuenow={step}
      aria-valuetext={words(step)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        clock.seek(stepAt(event))
      }}
      onPointerMove={(event) => {
        setHovered(stepAt(event))
        if (event.currentTarget.hasPointerCapture(event.pointerId)) clock.seek(stepAt(event))
      }}
      onPointerLeave={() => setHovered(null)}
    >
      <div className={classes.track}>
        {loop !== null && (
          <div
            className={classes.loop}
            style={{ left: `${share(loop.from)}%`, width: `${share(loop.to - loop.from)}%` }}
          />
        )}
        <div className={classes.played} style={{ width: `${share(step)}%` }} />
      </div>
      {marks.map((mark) => (
        <span
          key={mark.step}
          className={classes.mark}
          data-kind={mark.kind}
          style={{ left: `${share(mark.step)}%` }}
        />
      ))}
      <span className={classes.thumb} style={{ left: `${share(step)}%` }} />
      {hovered !== null && (
        <span className={`${classes.hover} figure`} style={{ left: `${share(hovered)}%` }}>
          {words(hovered)}
        </span>
      )}
    </div>
  )
}

/** React listens to wheels passively, so the page would scroll along. */
function listenForWheel(bar: HTMLElement, clock: Clock): () => void {
  const onWheel = (event: WheelEvent) => {
    event.preventDefault()
    // Shift turns the wheel sideways in most browsers.
    const direction = Math.sign(event.deltaY || event.deltaX)
    clock.seek(clock.state().step + direction * (event.shiftKey ? 10 : 1))
  }
  bar.addEventListener('wheel', onWheel, { passive: false })
  return () => bar.removeEventListener('wheel', onWheel)
}
