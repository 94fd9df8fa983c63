import { IconArrowsMinimize, IconTrash } from '@tabler/icons-react'
import { useResource } from '../../client/resources.ts'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { counted, moment, size } from '../../components/format.ts'
import { compact, deleteBackup, emptyTrash } from './commands.ts'
import { RunsSection } from './runs-section.tsx'
import { Section } from './section.tsx'
import { Shares } from './shares.tsx'
import classes from './storage.module.css'

/** Free pages that are worth a button; the next plays fill fewer. */
const WORTH_BYTES = 2 ** 20

/** What takes how much of the disk, and giving it back. */
export default function StoragePage() {
  const storage = useResource('storage.sizes', {})
  if (storage.value === undefined) return storage.error ? <ErrorNote error={storage.error} /> : null
  const { directory, free, total, environments, trash, runs, agents, backups, unused } = storage.value
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.total}>{size(total)}</h1>
        <p className="small muted">
          in {directory}; the disk has {size(free)} free
        </p>
      </header>
      <Shares storage={storage.value} />
      <Section
        title="Demonstrations"
        empty="Nothing recorded yet."
        rows={environments.map(({ environmentId, episodes, bytes }) => ({
          key: environmentId,
          name: environmentId,
          facts: counted(episodes, 'episode'),
          bytes,
        }))}
      />
      <Section
        title="Trash"
        empty="The trash is empty."
        rows={
          trash.episodes === 0
            ? []
            : [
                {
                  key: 'trash',
                  name: 'Deleted demonstrations',
                  facts: counted(trash.episodes, 'episode'),
                  bytes: trash.bytes,
                  action: (
                    <ConfirmButton
                      label="Empty the trash"
                      icon={<IconTrash size={15} />}
                      question={`${counted(trash.episodes, 'episode')} will be erased for good. This cannot be undone.`}
                      confirm="Empty the trash"
                      onConfirm={() => void emptyTrash()}
                    />
                  ),
                },
              ]
        }
      />
      <RunsSection runs={runs} />
      {agents.length > 0 && (
        <Section
          title="Imported agents"
          empty=""
          rows={agents.map(({ id, name, bytes }) => ({ key: id, name, facts: '', bytes }))}
        />
      )}
      <Section
        title="Backups"
        empty={
          <>
            None yet. <code>understudy library backup</code> makes one, and so does every update that changes
            the library.
          </>
        }
        rows={backups.map(({ name, bytes, createdAtUs }) => ({
          key: name,
          name,
          facts: moment(createdAtUs),
          bytes,
          action: (
            <ConfirmButton
              label="Delete"
              icon={<IconTrash size={15} />}
              question={`${name} will be deleted for good. This cannot be undone.`}
              confirm="Delete the backup"
              onConfirm={() => void deleteBackup(name)}
            />
          ),
        }))}
      />
      {unused > WORTH_BYTES && (
        <Section
          title="Unused"
          empty=""
          rows={[
            {
              key: 'unused',
              name: 'Unused space in the library',
              facts: '',
              bytes: unused,
              action: (
                <ConfirmButton
                  label="Free it"
                  icon={<IconArrowsMinimize size={15} />}
                  question="No data is lost. For a large library this takes a moment."
                  confirm="Free it"
                  onConfirm={() => void compact()}
                />
              ),
            },
          ]}
        />
      )}
    </div>
  )
}
