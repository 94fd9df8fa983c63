/** The overlay of all keys, made from the registry. */
import { Modal } from '@mantine/core'
import type { Action } from './action.ts'
import { allActions } from './action.ts'
import classes from './keys.module.css'
import { Keys } from './keys.tsx'

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={760}>
      {opened && <KeyTable />}
    </Modal>
  )
}

function KeyTable() {
  const groups = Map.groupBy(
    allActions().filter((action) => action.shortcuts !== undefined),
    (action) => action.group,
  )
  return (
    <div className={classes.columns}>
      {[...groups].map(([group, actions]) => (
        <section key={group} className={classes.group}>
          <h3>{group}</h3>
          {actions.map((action) => (
            <KeyRow key={action.id} action={action} />
          ))}
        </section>
      ))}
    </div>
  )
}

function KeyRow({ action }: { action: Action }) {
  return (
    <div className={classes.row}>
      <span>
        {action.name}
        {action.board && <span className="muted"> (on the board)</span>}
      </span>
      <span className={classes.keys}>
        {action.shortcuts?.map((shortcut) => (
          <Keys key={shortcut} shortcut={shortcut} />
        ))}
      </span>
    </div>
  )
}
