import { Curve, type CurveLine } from '../../charts/curve.tsx'
import { smooth } from '../../charts/smooth.ts'
import type { Curves } from '../../client/metrics.ts'
import type { LiveRun } from '../../client/runs.ts'
import { DataTable } from '../../components/data-table.tsx'
import { count, episodeWord } from '../../components/format.ts'
import { useSettings } from '../../settings.ts'
import classes from './train.module.css'
import { useSpec } from './use-spec.ts'

interface Panel {
  readonly title: string
  readonly names: readonly string[]
}

const first = (episode: string): readonly Panel[] => [
  { title: `Reward per ${episode}`, names: ['rollout/return'] },
  {
    title: 'How often the discriminator is right',
    names: ['gail/accuracy_agent', 'gail/accuracy_demonstrations'],
  },
  { title: 'How uncertain the policy is (entropy)', names: ['policy/entropy', 'policy/target_entropy'] },
  { title: 'Losses', names: ['loss/critic', 'loss/policy', 'loss/value', 'gail/loss', 'loss/cloning'] },
]
const later = (episode: string): readonly Panel[] => [
  { title: `Share of ${episode}s won`, names: ['rollout/success'] },
  { title: "The discriminator's verdict (logit)", names: ['gail/logit_agent', 'gail/logit_demonstrations'] },
]
const apart = new Set(['rollout/score', 'rollout/window_score', 'rollout/length'])
const looks = [
  { colour: '--accent' },
  { colour: '--person', dash: [6, 3] },
  { colour: '--scripted', dash: [2, 3] },
  { colour: '--bad', dash: [8, 3, 2, 3] },
  { colour: '--good' },
] as const

/** Small multiples on the x axis of the large chart; the cursor moves in all of them. */
export function MetricPanels({ run, curves }: { run: LiveRun; curves: Curves | undefined }) {
  const episode = episodeWord(useSpec(run.environmentId)?.score)
  if (curves === undefined) return null
  const present = (panel: Panel) => panel.names.some((name) => curves.series[name] !== undefined)
  const [above, below] = [first(episode), later(episode)]
  const named = new Set([...above, ...below].flatMap(({ names }) => names))
  const rest = curves.metrics
    .filter(({ name, group }) => !named.has(name) && !apart.has(name) && group !== 'time')
    .map(({ name, title }): Panel => ({ title, names: [name] }))
  const more = [...below.filter(present), ...rest]
  return (
    <>
      <div className={classes.panels}>
        {above.filter(present).map((panel) => (
          <MetricPanel key={panel.names[0]} panel={panel} run={run} curves={curves} />
        ))}
      </div>
      {more.length > 0 && (
        <details className={classes.more}>
          <summary>More curves</summary>
          <div className={classes.panels}>
            {more.map((panel) => (
              <MetricPanel key={panel.names[0]} panel={panel} run={run} curves={curves} />
            ))}
          </div>
        </details>
      )}
    </>
  )
}

function MetricPanel({ panel, run, curves }: { panel: Panel; run: LiveRun; curves: Curves }) {
  const { smoothing } = useSettings()
  const metrics = panel.names.flatMap((name) => curves.metrics.find((metric) => metric.name === name) ?? [])
  // A curve that is alone in its panel is what that is called.
  const titleOf = (title: string) => (metrics.length === 1 ? panel.title : title)
  const lines = metrics.map((metric, index): CurveLine => {
    const { steps, values } = curves.series[metric.name]!
    const { colour, ...look } = looks[index % looks.length]!
    const label = titleOf(metric.title)
    return { label, steps, values: smooth(values, smoothing), colour, width: 1.75, ...look }
  })
  return (
    <section className={classes.panel} title={metrics.map(({ description }) => description).join('\n')}>
      <h3>{panel.title}</h3>
      <Curve
        group={run.id}
        height={130}
        maxStep={run.state === 'running' ? run.maxSteps : 0}
        label={`${panel.title} by step`}
        format={(value) => String(Number(value.toPrecision(3)))}
        lines={lines}
      />
      <DataTable
        columns={['step', ...metrics.map(({ title }) => titleOf(title))]}
        rows={() =>
          (curves.series[metrics[0]!.name]?.steps ?? []).map((step, index) => [
            count(step),
            ...metrics.map(({ name }) => curves.series[name]?.values[index]?.toPrecision(4) ?? ''),
          ])
        }
      />
    </section>
  )
}
