import { Button, Select, TextInput } from '@mantine/core'
import { IconFileImport, IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { Preset } from '../../../core/studio/protocol.ts'
import { client } from '../../client/client.ts'
import { chooseFiles } from '../../client/files.ts'
import { useResource } from '../../client/resources.ts'
import { EnvironmentSelect } from '../../components/environment-select.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { useFirstEnvironment } from '../../components/first-environment.ts'
import { attempt } from '../../components/report-error.ts'
import { navigate, useRoute } from '../../route.ts'
import { Advanced } from './advanced.tsx'
import { bringFile, configurationFiles, useBrought } from './brought.ts'
import {
  type ChosenDemonstrations,
  DemonstrationChoice,
  useChosenDemonstrations,
} from './demonstration-choice.tsx'
import { GivenNotes } from './given-notes.tsx'
import { PresetCards } from './preset-cards.tsx'
import { RunNotes } from './run-notes.tsx'
import classes from './train.module.css'
import { type Control, useChoices } from './use-choices.ts'
import { useComposed } from './use-composed.ts'
import { useLast } from './use-last.ts'
import { Where } from './where.tsx'

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
  const demonstrations = useChosenDemonstrations(environment)
  const choices = useChoices(environment)
  const { name, control, cluster, changes, given } = choices
  const [starting, setStarting] = useState(false)
  useBrought(environment !== '', (brought) => void choices.takeGiven(brought))

  const asked = params.get('preset')
  const own = given?.given ?? undefined
  const usesOwn = own !== undefined && asked === null
  const preset = usesOwn ? own : presetOf(presets.value ?? [], asked, demonstrations)
  const beginning = preset && {
    environment,
    preset: preset.id,
    ...(usesOwn ? { given: preset.yaml } : {}),
  }
  const composed = useComposed(
    beginning === undefined
      ? null
      : {
          ...beginning,
          ...changes,
          name,
          demonstrations: demonstrations.ids,
          ...(control === 'none' ? {} : { control }),
        },
  )
  const check = useResource(
    'clusters.check',
    cluster === null || composed.value === undefined ? null : { cluster, yaml: composed.value.yaml },
  )
  const speedNote = useLast(check.value)?.note ?? null
  const needed = useLast(composed.value?.needsDemonstrations) ?? preset?.needsDemonstrations ?? false
  const unknown = needed ? demonstrations.unknown : []
  const start = async () => {
    if (composed.value === undefined) return
    const { yaml, runId, needsDemonstrations } = composed.value
    const used = needsDemonstrations ? demonstrations.ids : []
    setStarting(true)
    const run = await attempt(() =>
      client.call('runs.start', {
        yaml,
        runId,
        name: name === '' ? runId : name,
        demonstrations: used,
        ...(cluster === null ? {} : { cluster }),
      }),
    )
    setStarting(false)
    if (run !== undefined) navigate('train', { run: run.id })
  }
  const open = () => attempt(async () => Promise.all((await chooseFiles(configurationFiles)).map(bringFile)))
  const blocked =
    composed.value === undefined ||
    composed.value.problems.length > 0 ||
    unknown.length > 0 ||
    check.error !== undefined

  return (
    <div className={classes.new}>
      <section className={classes.newMain} aria-label="New run">
        <div className={classes.newRow}>
          <EnvironmentSelect label="Environment" value={environment} onChange={choices.chooseEnvironment} />
          <TextInput
            label="Name"
            placeholder={composed.value?.runId ?? preset?.id ?? ''}
            maxLength={80}
            value={name}
            onChange={(event) => choices.setName(event.currentTarget.value)}
          />
          <Where value={cluster} onChange={choices.setCluster} open />
          <Button
            variant="default"
            leftSection={<IconFileImport size={16} />}
            title="A YAML file of understudy train or of ML-Agents; it can also be dropped or pasted here"
            onClick={() => void open()}
          >
            Open a configuration
          </Button>
        </div>
        {cluster !== null && speedNote !== null && <p className="small muted">{speedNote}</p>}
        {given !== null && <GivenNotes given={given} onClose={choices.forgetProblems} />}
        <ErrorNote error={presets.error} />
        <PresetCards
          presets={[...(own === undefined ? [] : [own]), ...(presets.value ?? [])]}
          current={preset?.id}
          onChoose={choices.choosePreset}
        />
        {needed && (
          <>
            <DemonstrationChoice chosen={demonstrations} />
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
              onChange={(kind) => choices.setControl(kind as Control)}
            />
          </>
        )}
        {beginning !== undefined && (
          <Advanced
            beginning={beginning}
            changes={changes}
            onChange={choices.setChanges}
            problems={composed.value?.problems ?? []}
            yaml={composed.value?.yaml ?? preset!.yaml}
          />
        )}
      </section>
      <footer className={classes.newFoot}>
        <div className={classes.newNotes}>
          <RunNotes unknown={unknown} composed={composed.value} />
          <ErrorNote error={composed.error} />
          <ErrorNote error={check.error} />
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
