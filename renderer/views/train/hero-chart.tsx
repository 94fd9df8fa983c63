import { Slider } from '@mantine/core'
import { useViewportSize } from '@mantine/hooks'
import { Curve } from '../../charts/curve.tsx'
import { smooth } from '../../charts/smooth.ts'
import type { Curves } from '../../client/metrics.ts'
import type { LiveRun } from '../../client/runs.ts'
import { DataTable } from '../../components/data-table.tsx'
import { count, episodeWord, score, scoreWords } from '../../components/format.ts'
import { changeSettings, useSettings } from '../../settings.ts'
import classes from './train.module.css'
import { useSpec } from './use-spec.ts'

/** What counts, against the human average. */
export function HeroChart({ run, curves }: { run: LiveRun; curves: Curves | undefined }) {
  const spec = useSpec(run.environmentId)
  const { smoothing } = useSettings()
  const { height: viewport } = useViewportSize()
  const series = curves?.series['rollout/score'] ?? { steps: [], values: [] }
  const words = scoreWords(spec?.score)
  const human = spec?.score.human
  return (
    <section className={classes.hero} aria-label={words}>
      <div className={classes.heroHead}>
        <h2>{words.charAt(0).toUpperCase() + words.slice(1)}</h2>
        <span className="small muted">{human === undefined ? '' : 'lower is better'}</span>
        <label className={classes.smoothing} htmlFor="smoothing">
          Smoothing
          <Slider
            id="smoothing"
            thumbLabel="Smoothing"
            size="xs"
            thumbSize={24}
            classNames={{ thumb: classes.smoothingThumb }}
            w={100}
            min={0}
            max={0.99}
            step={0.01}
            label={(value) => value.toFixed(2)}
            value={smoothing}
            onChange={(value) => changeSettings({ smoothing: value })}
          />
        </label>
      </div>
      {series.steps.length === 0 ? (
        <p className={classes.waiting}>
          {run.state === 'running'
            ? `The first ${episodeWord(spec?.score)}s are being played.`
            : `This run has not finished any ${episodeWord(spec?.score)}.`}
        </p>
      ) : (
        <Curve
          group={run.id}
          height={Math.min(Math.max(260, viewport * 0.36), 480)}
          maxStep={run.state === 'running' ? run.maxSteps : 0}
          label={`${words} by step; the latest value is ${score(series.values.at(-1) ?? 0)}`}
          format={score}
          level={
            human && {
              value: human.mean,
              label: `human average ${human.mean} (published, ${human.plays} plays)`,
            }
          }
          place={
            run.masteredAtStep === null
              ? undefined
              : { step: run.masteredAtStep, label: `mastered at ${count(run.masteredAtStep)} steps` }
          }
          lines={[
            { label: 'as measured', ...series, colour: '--accent', width: 1.25, opacity: 0.35 },
            {
              label: 'smoothed',
              steps: series.steps,
              values: smooth(series.values, smoothing),
              colour: '--accent',
              width: 2.5,
            },
          ]}
        />
      )}
      <DataTable
        columns={['step', words]}
        rows={() => series.steps.map((step, index) => [count(step), score(series.values[index]!)])}
      />
    </section>
  )
}
