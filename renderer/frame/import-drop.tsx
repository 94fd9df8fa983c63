/** Files dropped anywhere are imported; every file gets its own line in the report. */
import { Modal } from '@mantine/core'
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import type { ImportReport } from '../../core/studio/protocol.ts'
import { useActions } from '../actions/action.ts'
import { client } from '../client/client.ts'
import { chooseFiles, readFiles } from '../client/save-file.ts'
import { count, plural } from '../components/format.ts'
import { attempt } from '../components/report-error.ts'
import { navigate } from '../route.ts'
import classes from './frame.module.css'
import { type ChosenFile, ImportAgents, isPolicy } from './import-agents.tsx'

export function ImportDrop() {
  const [over, setOver] = useState(false)
  const [reports, setReports] = useState<ImportReport[] | null>(null)
  const [policies, setPolicies] = useState<readonly ChosenFile[]>([])

  const actions = useMemo(() => {
    const take = (files: readonly ChosenFile[]) => takeFiles(files, setReports, setPolicies)
    return {
      take,
      offered: [
        {
          id: 'demonstrations.import',
          group: 'Demonstrations' as const,
          name: 'Import demonstrations',
          shortcuts: ['mod+i'],
          run: (): void => void attempt(async () => take(await chooseFiles())),
        },
        {
          id: 'agents.import',
          group: 'Training' as const,
          name: 'Import an agent (ONNX)',
          run: (): void => void attempt(async () => take(await chooseFiles())),
        },
      ],
    }
  }, [])
  useActions(actions.offered)
  useEffect(
    () => listenForFiles(setOver, (files) => void attempt(async () => actions.take(await readFiles(files)))),
    [actions],
  )

  return (
    <>
      {over && (
        <div className={classes.drop}>
          <h1>Drop to import</h1>
          <p className="muted">Demonstrations in any format that the studio reads, and agents as ONNX</p>
        </div>
      )}
      <Modal opened={reports !== null} onClose={() => setReports(null)} title="Import" size={560}>
        {reports?.map((report, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name
          <Report key={index} report={report} />
        ))}
      </Modal>
      <ImportAgents files={policies} onClose={() => setPolicies([])} />
    </>
  )
}

/** The file's name is the heading already. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message
}

function Report({ report }: { report: ImportReport }) {
  if (report.error !== null) {
    return (
      <div className={classes.report}>
        <IconAlertTriangle size={20} color="var(--bad)" aria-label="Not imported" />
        <div>
          <strong>{report.name}</strong>
          <p>{withoutName(report.error.message, report.name)}</p>
          <p className="muted small">{report.error.remedy ?? 'Nothing of this file was imported.'}</p>
        </div>
      </div>
    )
  }
  return (
    <div className={classes.report}>
      <IconCheck size={20} color="var(--good)" aria-label="Imported" />
      <div>
        <strong>{report.name}</strong>
        <p>
          {report.ids.length > 0
            ? `${plural(report.ids.length, 'demonstration', 'demonstrations')} imported`
            : 'Nothing new'}
          {report.duplicates > 0 && `, ${count(report.duplicates)} already in the library`}
        </p>
        {report.notes.map((note) => (
          <p key={note} className="muted small">
            {note}
          </p>
        ))}
      </div>
    </div>
  )
}

/** Demonstrations are imported at once, policies when the person has said what they play. */
async function takeFiles(
  files: readonly ChosenFile[],
  report: (reports: ImportReport[]) => void,
  ask: (policies: readonly ChosenFile[]) => void,
): Promise<void> {
  const demonstrations = files.filter((file) => !isPolicy(file))
  if (demonstrations.length > 0) report(await importFiles(demonstrations))
  ask(files.filter(isPolicy))
}

async function importFiles(files: readonly ChosenFile[]): Promise<ImportReport[]> {
  const reports = await client.call('demonstrations.import', { files: [...files] })
  const first = reports.flatMap(({ ids }) => ids)[0]
  if (first !== undefined) navigate('demonstrations', { id: first })
  return reports
}

function listenForFiles(
  setOver: (over: boolean) => void,
  take: (files: globalThis.File[]) => void,
): () => void {
  let depth = 0
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
  const handlers = {
    dragenter: (event: DragEvent) => {
      if (!holdsFiles(event)) return
      depth++
      setOver(true)
    },
    dragover: (event: DragEvent) => {
      if (holdsFiles(event)) event.preventDefault()
    },
    dragleave: () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    },
    drop: (event: DragEvent) => {
      if (!holdsFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      take([...(event.dataTransfer?.files ?? [])])
    },
  }
  for (const [name, handler] of Object.entries(handlers)) {
    window.addEventListener(name, handler as EventListener)
  }
  return () => {
    for (const [name, handler] of Object.entries(handlers)) {
      window.removeEventListener(name, handler as EventListener)
    }
  }
}
