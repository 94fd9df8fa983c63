import { Fragment } from 'react'
import classes from './keys.module.css'
import { shortcutKeys } from './shortcuts.ts'

/** A shortcut as key caps. */
export function Keys({ shortcut }: { shortcut: string }) {
  return (
    <span className={classes.keys}>
      {shortcutKeys(shortcut).map((chord, index) => (
        <Fragment key={chord.join()}>
          {index > 0 && <span className={classes.then}>then</span>}
          {chord.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </Fragment>
      ))}
    </span>
  )
}
