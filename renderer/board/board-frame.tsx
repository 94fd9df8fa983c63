import type { CSSProperties, HTMLAttributes, Ref } from 'react'
import classes from './stage.module.css'

interface BoardFrameProps extends HTMLAttributes<HTMLDivElement> {
  readonly aspect: number
  readonly ref?: Ref<HTMLDivElement>
}

/** Keeps a board's aspect within whatever room there is. */
export function BoardFrame({ aspect, className, ref, ...rest }: BoardFrameProps) {
  return (
    <div className={classes.room} style={{ '--aspect': aspect } as CSSProperties}>
      <div ref={ref} className={`${classes.board} ${className ?? ''}`} {...rest} />
    </div>
  )
}
