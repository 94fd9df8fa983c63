import { Alert, Button, Select, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { Preset } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { useResource } from '../../client/resources.ts'
import { EnvironmentSelect } from '../../components/environment-select.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { useFirstEnvironment } from '../../components/first-environment.ts'
import { attempt } from '../../components/report-error.ts'
import { navigate, setRouteParams, useRoute } from '../../route.ts'
import { Advanced } from './advanced.tsx'
import {
  type ChosenDemonstrations,
  DemonstrationChoice,
  useChosenDemonstrations,
} from './demonstration-choice.tsx'
import { PresetCards } from './preset-cards.tsx'
import classes from './train.module.css'
import { useComposed } from './use-composed.ts'

/** The one that was asked for, else the recommended one of those that learn from what was picked, or from what there is. */
function presetOf(
  presets: readonly Preset[],
  asked: string | null,
  { picked, none }: ChosenDemonstrations,
): Preset | undefined {
  const possible = presets.filter(({ needsDemonstrations }) =>
    picked ? needsDemonstrations : none !== true || !needsDemonstrations,
  )
  return (
    presets.find(({ id }) => id === asked) ??
    possible.find(({ recommended }) => recommended) ??
    possible[0] ??
    presets[0]
  )
}

export function NewRun() {
  const { params } = useRoute()
  const first = useFirstEnvironment()
  const environment = params.get('env') ?? first ?? ''
  const presets = useResource('training.presets', environment === '' ? null : { environment })
  const chosen = useChosenDemonstrations(environment)
  const [name, setName] = useState('')
  const [control, setControl] = useState<'none' | 'shuffled' | 'empty'>('none')
  const [overrides, setOverrides] = useState<Record<string, number | string | boolean | null>>({})
  const [starting, setStarting] = useState(false)
  const preset = presetOf(presets.value ?? [], params.get('preset'), chosen)
  const used = preset?.needsDemonstrations ? chosen.ids : []
  const misread = preset?.needsDemonstrations && chosen.unknown.length > 0
  const composed = useComposed(
    preset === undefined || misread
      ? null
      : {
          environment,
          preset: preset.id,
          name,
          overrides,
          demonstrations: used,
          ...(control === 'none' ? {} : { control }),
        },
  )
  const start = async () => {
    if (composed.value === undefined) return
    const { yaml, runId } = composed.value
    setStarting(true)
    const run = await attempt(() =>
      client.call('runs.start', { yaml, runId, name: name === '' ? runId : name, demonstrations: used }),
    )
    setStarting(false)
    if (run !== undefined) navigate('train', { run: run.id })
  }
  const blocked = composed.value === undefined || composed.value.problems.length > 0

  return (
    <div className={classes.new}>
      <section className={classes.newMain} aria-label="New run">
        <div className={classes.newRow}>
          <EnvironmentSelect
            label="Environment"
            value={environment}
            onChange={(id) => {
              setOverrides({})
              setRouteParams({ env: id, preset: null })
            }}
          />
          <TextInput
            label="Name"
            placeholder={composed.value?.runId ?? preset?.id ?? ''}
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </div>
        <ErrorNote error={presets.error} />
        <PresetCards
          presets={presets.value ?? []}
          current={preset?.id}
          onChoose={(id) => {
            setOverrides({})
            setRouteParams({ preset: id })
          }}
        />
        {preset?.needsDemonstrations && (
          <>
            <DemonstrationChoice chosen={chosen} />
            <Select
              label="Control run"
              description="Run one beside the real run to see whether the demonstrations helped. Whatever a control run learns comes from the reward and from how episodes end, not from the player."
              allowDeselect={false}
              value={control}
              data={[
                { value: 'none', label: 'No: learn from the demonstrations' },
                { value: 'shuffled', label: 'Yes: shuffle the demonstrated actions' },
                { value: 'empty', label: 'Yes: blank out the demonstrations' },
              ]}
              onChange={(kind) => setControl(kind as typeof control)}
            />
          </>
        )}
        {preset !== undefined && (
          <Advanced
            environment={environment}
            preset={preset.id}
            overrides={overrides}
            onChange={setOverrides}
            yaml={composed.value?.yaml ?? preset.yaml}
          />
        )}
      </section>
      <footer className={classes.newFoot}>
        <div className={classes.newNotes}>
          {misread && (
            <Alert color="red" icon={<IconAlertTriangle />} p="xs">
              This filter is not understood: {chosen.unknown.join(' ')}
            </Alert>
          )}
          {composed.value?.problems.map((problem) => (
            <Alert key={problem.path} color="red" icon={<IconAlertTriangle />} p="xs">
              {problem.path}: {problem.message}
              {problem.remedy !== null && `; ${problem.remedy}`}
            </Alert>
          ))}
          {composed.value?.warnings.map((warning) => (
            <Alert key={warning} color="yellow" icon={<IconAlertTriangle />} p="xs">
              {warning}
            </Alert>
          ))}
          <ErrorNote error={composed.error} />
        </div>
        <Button
          size="md"
          leftSection={<IconPlayerPlay size={18} />}
          loading={starting}
          disabled={blocked}
          onClick={() => void start()}
        >
          Start training
        </Button>
      </footer>
    </div>
  )
}
