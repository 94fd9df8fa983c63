/** Files dropped anywhere are imported; every file gets its own line in the report. */

import { Button, Group, Modal } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconHelpCircle } from '@tabler/icons-react'
import { useEffect, useMemo, useState } from 'react'
import type { FileKind, ImportReport } from '../../core/studio/protocol.ts'
import { useActions } from '../actions/action.ts'
import { client } from '../client/client.ts'
import { chooseFiles, sendFile } from '../client/files.ts'
import { HostError } from '../client/host-error.ts'
import { EnvironmentSelect } from '../components/environment-select.tsx'
import { useFirstEnvironment } from '../components/first-environment.ts'
import { count, counted } from '../components/format.ts'
import { attempt } from '../components/report-error.ts'
import { navigate } from '../route.ts'
import { bringFile, isConfiguration } from '../views/train/brought.ts'
import classes from './frame.module.css'
import { ImportAgents, isPolicy, isWeights, policyFiles } from './import-agents.tsx'

interface Imported {
  readonly file: File
  readonly report: ImportReport
}

interface Agents {
  readonly policies: readonly File[]
  readonly weights: readonly File[]
}

const NO_AGENTS: Agents = { policies: [], weights: [] }

export function ImportDrop() {
  const [over, setOver] = useState(false)
  const [imported, setImported] = useState<readonly Imported[] | null>(null)
  const [agents, setAgents] = useState(NO_AGENTS)

  const actions = useMemo(() => {
    const take = (files: readonly File[]) => takeFiles(files, setImported, setAgents)
    return {
      take,
      offered: [
        {
          id: 'demonstrations.import',
          group: 'Demonstrations' as const,
          name: 'Import demonstrations',
          shortcuts: ['mod+i'],
          run: (): void => void attempt(async () => take(await chooseFiles(await demonstrationFiles()))),
        },
        {
          id: 'agents.import',
          group: 'Training' as const,
          name: 'Import an agent (ONNX)',
          run: (): void => void attempt(async () => take(await chooseFiles(policyFiles))),
        },
      ],
    }
  }, [])
  useActions(actions.offered)
  useEffect(() => listenForFiles(setOver, (files) => void attempt(() => actions.take(files))), [actions])

  return (
    <>
      {over && (
        <div className={classes.drop}>
          <h1>Drop files to import them</h1>
          <p className="muted">
            Demonstrations in any supported format, agents as ONNX, configurations as YAML
          </p>
        </div>
      )}
      <Modal opened={imported !== null} onClose={() => setImported(null)} title="Import" size={560}>
        {imported?.map(({ file, report }, index) => (
          <Report
            // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name
            key={index}
            report={report}
            onSaid={async (environment) => {
              const again = await importFiles([file], environment)
              setImported((all) => all?.map((one) => (one.file === file ? again[0]! : one)) ?? null)
            }}
          />
        ))}
      </Modal>
      <ImportAgents files={agents.policies} weights={agents.weights} onClose={() => setAgents(NO_AGENTS)} />
    </>
  )
}

async function demonstrationFiles(): Promise<FileKind> {
  const formats = await client.call('formats.list', {})
  const read = formats.filter(({ read }) => read).flatMap(({ extensions }) => extensions)
  return { name: 'Demonstrations', extensions: [...new Set(read)] }
}

/** The file's name is the heading already. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message
}

interface ReportProps {
  readonly report: ImportReport
  /** The person has said what was played in a file that does not say. */
  onSaid(environment: string): Promise<void>
}

function Report({ report, onSaid }: ReportProps) {
  if (report.error?.unsaid) return <Unsaid name={report.name} onSaid={onSaid} />
  if (report.error !== null) {
    return (
      <div className={classes.report}>
        <IconAlertTriangle size={20} color="var(--bad)" aria-label="Not imported" />
        <div>
          <strong>{report.name}</strong>
          <p>{withoutName(report.error.message, report.name)}</p>
          <p className="muted small">{report.error.remedy ?? 'Nothing was imported from this file.'}</p>
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
          {report.ids.length > 0 ? `${counted(report.ids.length, 'demonstration')} imported` : 'Nothing new'}
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

function Unsaid({ name, onSaid }: { name: string; onSaid: ReportProps['onSaid'] }) {
  const first = useFirstEnvironment() ?? ''
  const [chosen, setEnvironment] = useState<string | null>(null)
  const environment = chosen ?? first
  const [busy, setBusy] = useState(false)
  const take = async () => {
    setBusy(true)
    await attempt(() => onSaid(environment))
    setBusy(false)
  }
  return (
    <div className={classes.report}>
      <IconHelpCircle size={20} color="var(--accent)" aria-label="Question" />
      <div>
        <strong>{name}</strong>
        <p>The file does not say which environment was played.</p>
        <Group gap="sm" mt="xs" align="flex-end">
          <EnvironmentSelect
            label="Environment that was played"
            value={environment}
            onChange={setEnvironment}
            width={260}
          />
          <Button loading={busy} onClick={() => void take()}>
            Import
          </Button>
        </Group>
      </div>
    </div>
  )
}

/** Demonstrations are imported at once, policies when the person has said what they play; a configuration begins a new run. */
async function takeFiles(
  files: readonly File[],
  report: (imported: readonly Imported[]) => void,
  ask: (agents: Agents) => void,
): Promise<void> {
  const configuration = files.find(isConfiguration)
  const policies = files.filter(isPolicy)
  const weights = policies.length === 0 ? [] : files.filter(isWeights)
  const demonstrations = files.filter(
    (file) => !isConfiguration(file) && !policies.includes(file) && !weights.includes(file),
  )
  if (demonstrations.length > 0) report(await importFiles(demonstrations))
  ask({ policies, weights })
  if (configuration !== undefined) await bringFile(configuration)
}

/** One after the other, so that one at a time lies at the host. */
async function importFiles(files: readonly File[], environment?: string): Promise<Imported[]> {
  const imported: Imported[] = []
  for (const file of files) imported.push({ file, report: await importFile(file, environment) })
  const first = imported.flatMap(({ report }) => report.ids)[0]
  if (first !== undefined) navigate('demonstrations', { id: first })
  return imported
}

async function importFile(file: File, environment: string | undefined): Promise<ImportReport> {
  try {
    const files = [await sendFile(file)]
    const said = environment === undefined ? {} : { environment }
    return (await client.call('demonstrations.import', { files, ...said }))[0]!
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    const { message, remedy } = error
    const { name } = file
    return {
      name,
      format: null,
      ids: [],
      duplicates: 0,
      notes: [],
      error: { message, remedy, unsaid: false },
    }
  }
}

function listenForFiles(setOver: (over: boolean) => void, take: (files: File[]) => void): () => void {
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
