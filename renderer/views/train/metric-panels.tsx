import type { Metric } from '../../../core/studio/protocol.ts'
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
  readonly place: number | undefined
  readonly metrics: readonly Metric[]
}

/** The charts of what was measured, those with a place first. */
function panelsOf(metrics: readonly Metric[], episode: string): Panel[] {
  const worded = metrics.map((metric) => ({ ...metric, title: metric.title.replace('{episode}', episode) }))
  return [...Map.groupBy(worded, ({ panel }) => panel?.title)]
    .flatMap(([title, own]): Panel[] => {
      if (title === undefined) return []
      const place = own.find(({ panel }) => panel?.place !== undefined)?.panel?.place
      return [{ title: title.replace('{episode}', episode), place, metrics: own }]
    })
    .sort((a, b) => (a.place ?? Number.MAX_VALUE) - (b.place ?? Number.MAX_VALUE))
}

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
  const panels = panelsOf(curves.metrics, episode)
  const above = panels.filter(({ place }) => place !== undefined)
  const more = panels.filter(({ place }) => place === undefined)
  return (
    <>
      <div className={classes.panels}>
        {above.map((panel) => (
          <MetricPanel key={panel.title} panel={panel} run={run} curves={curves} />
        ))}
      </div>
      {more.length > 0 && (
        <details className={classes.more}>
          <summary>More curves</summary>
          <div className={classes.panels}>
            {more.map((panel) => (
              <MetricPanel key={panel.title} panel={panel} run={run} curves={curves} />
            ))}
          </div>
        </details>
      )}
    </>
  )
}

function MetricPanel({ panel, run, curves }: { panel: Panel; run: LiveRun; curves: Curves }) {
  const { smoothing } = useSettings()
  const { metrics } = panel
  // A curve that is alone in its panel is what that is called.
  const titleOf = ({ title }: Metric) => (metrics.length === 1 ? panel.title : title)
  const lines = metrics.map((metric, index): CurveLine => {
    const { steps, values } = curves.series[metric.name]!
    const { colour, ...look } = looks[index % looks.length]!
    const label = titleOf(metric)
    return { label, steps, values: smooth(values, smoothing), colour, width: 1.75, ...look }
  })
  return (
    <section className={classes.panel} title={metrics.map(({ meaning }) => meaning).join('\n')}>
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
        columns={[
          'step',
          ...metrics.map(
            (metric) => `${titleOf(metric)}${metric.unit === undefined ? '' : ` (${metric.unit})`}`,
          ),
        ]}
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
