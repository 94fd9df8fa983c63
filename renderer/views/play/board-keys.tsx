import { Keys } from '../../actions/keys.tsx'
import { controlKeys } from '../../board/views.ts'
import classes from './play.module.css'
import { playSession } from './play-session.ts'

/** Of the page, beside those of the board. */
const pageKeys = [
  { legend: 'Again', shortcuts: ['r'] },
  { legend: 'New', shortcuts: ['n'] },
  { legend: 'All keys', shortcuts: ['?'] },
]

/** Every key by which the board is played, from the environment's own control. */
export function BoardKeys() {
  const keys = controlKeys(playSession.snapshot().play?.scene)
  const entries = Map.groupBy(
    [...keys.map(({ legend, name, shortcuts }) => ({ legend: legend ?? name, shortcuts })), ...pageKeys],
    ({ legend }) => legend,
  )
  return (
    // A game with a key for each of many actions has more than fit: the list scrolls, by the keyboard too.
    <dl className={classes.keys} aria-label="Keys" tabIndex={0}>
      {[...entries].map(([legend, entry]) => (
        <div key={legend}>
          <dt>{legend}</dt>
          <dd>
            {entry
              .flatMap(({ shortcuts }) => shortcuts)
              .map((shortcut) => (
                <Keys key={shortcut} shortcut={shortcut} />
              ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}
