import { Keys } from '../../actions/keys.tsx'
import { controlKeys } from '../../board/views.ts'
import classes from './play.module.css'
import { playSession } from './play-session.ts'

/** The board's own keys, from the environment's control. */
export function BoardKeys() {
  const keys = controlKeys(playSession.snapshot().play?.scene)
  return (
    <dl className={classes.keys}>
      {keys
        .filter((key) => !key.shortcuts[0]?.startsWith('shift'))
        .map((key) => (
          <div key={key.id}>
            <dt>{key.name}</dt>
            <dd>
              <Keys shortcut={key.shortcuts[0]!} />
            </dd>
          </div>
        ))}
    </dl>
  )
}
