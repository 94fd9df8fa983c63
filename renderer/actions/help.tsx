/** The overlay of all keys, those of other pages too, made from the registry. */
import { Modal } from '@mantine/core'
import type { Action } from './action.ts'
import { allActions, inOrder } from './action.ts'
import { actionsElsewhere } from './elsewhere.ts'
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
  const here = allActions()
  const known = new Set(here.map(({ id }) => id))
  const all = [...here, ...actionsElsewhere().filter(({ id }) => !known.has(id))]
  const groups = Map.groupBy(
    inOrder(all).filter((action) => action.shortcuts !== undefined),
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
