import { Button, Menu } from '@mantine/core'
import { IconChartLine, IconDownload, IconTrash } from '@tabler/icons-react'
import { Fragment } from 'react'
import type { Demonstration } from '../../../core/studio/protocol.ts'
import { useResource } from '../../client/resources.ts'
import { counted, score } from '../../components/format.ts'
import { exportAs, remove, trainOn } from './commands.ts'
import classes from './demonstrations.module.css'
import type { Selection } from './selection.ts'
import { TagButton } from './tag-button.tsx'

/** What can be done with the selected rows. */
export function BulkBar({ rows, selection }: { rows: readonly Demonstration[]; selection: Selection }) {
  const formats = useResource('formats.list', {})
  if (rows.length === 0) return null
  const oneGame = rows.every(({ environmentId }) => environmentId === rows[0]!.environmentId)
  const mean = rows.reduce((sum, row) => sum + row.score, 0) / rows.length
  return (
    <div className={classes.bulk} role="toolbar" aria-label="Selected demonstrations">
      <span className="figure">
        {counted(rows.length, 'selected', 'selected')}
        {rows.length > 1 && oneGame && <span className="muted"> · mean {score(mean)}</span>}
      </span>
      {rows.length > 1 && (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={selection.clear}>
          Clear
        </Button>
      )}
      <span className={classes.bulkButtons}>
        <TagButton rows={rows} />
        <Menu position="top-end" width={320}>
          <Menu.Target>
            <Button size="compact-sm" variant="default" leftSection={<IconDownload size={15} />}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown className={classes.exportMenu}>
            {[...Map.groupBy(formats.value ?? [], ({ group }) => group)].map(([group, members]) => (
              <Fragment key={group}>
                <Menu.Label>{group}</Menu.Label>
                {members.map(({ name, title }) => {
                  const [what, ...more] = title.split(': ')
                  return (
                    <Menu.Item key={name} onClick={() => void exportAs(rows, name)}>
                      {what}
                      {more.length > 0 && <div className="muted small">{more.join(': ')}</div>}
                    </Menu.Item>
                  )
                })}
              </Fragment>
            ))}
          </Menu.Dropdown>
        </Menu>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconChartLine size={15} />}
          onClick={() => trainOn(rows)}
        >
          Use for training
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={15} />}
          onClick={() => void remove(rows).then(selection.leave)}
        >
          Delete
        </Button>
      </span>
    </div>
  )
}
