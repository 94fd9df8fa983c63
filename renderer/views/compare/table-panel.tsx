import { Button, Menu, Progress, SegmentedControl } from '@mantine/core'
import { IconDownload, IconScale } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { client } from '../../client/client.ts'
import { useTask } from '../../client/task.ts'
import { scoreWords } from '../../components/format.ts'
import { IntervalPlot } from '../../components/interval-plot.tsx'
import { attempt } from '../../components/report-error.ts'
import classes from './compare.module.css'
import { ComparisonTable } from './comparison-table.tsx'
import { formatContender, formatContenders, forTable } from './contenders.ts'
import { exportComparison } from './export.ts'
import { type StoredComparison, standOf, storeComparison, storedComparison } from './stored-comparisons.ts'
import type { Compare } from './use-compare.ts'

/** The same contenders on many boards: table and plot, which can be exported. */
export function TablePanel({ compare }: { compare: Compare }) {
  const { environment, known } = compare
  const absent = compare.boards.value?.absent
  const contenders = useMemo(() => {
    const unable = new Set(
      absent?.filter(({ scored }) => !scored).map(({ contender }) => formatContender(contender)),
    )
    return forTable(
      compare.contenders.filter((contender) => !unable.has(formatContender(contender))),
      known,
    )
  }, [compare.contenders, absent, known])
  const key = `${environment} ${formatContenders(contenders)}`
  const kept = useMemo(() => storedComparison(key), [key])
  const [computed, setComputed] = useState<StoredComparison | null>(null)
  const answer = computed?.key === key ? computed : kept
  const [chosen, setChosen] = useState<string>()
  const episodes = chosen ?? String(answer?.episodes ?? 100)
  const task = useTask()
  const stand = standOf(contenders, known)
  const params = { environment, contenders, episodes: Number(episodes) }
  const play = () =>
    attempt(async () => {
      const comparison = await task.run((taskId) => client.call('compare.table', { ...params, taskId }))
      const fresh = { key, comparison, episodes: params.episodes, stand }
      storeComparison(fresh)
      setComputed(fresh)
    })
  const comparison = answer?.comparison ?? null
  const outdated = answer !== null && answer.stand !== stand
  const shown = { ...params, episodes: answer?.episodes ?? params.episodes }
  return (
    <section className={classes.panel} aria-label="On many boards">
      <header className={classes.panelHead}>
        <h2>On many boards</h2>
        <span className={classes.panelButtons}>
          <SegmentedControl
            size="xs"
            aria-label="Boards"
            value={episodes}
            onChange={setChosen}
            data={['20', '100', '500'].map((value) => ({ value, label: `${value} boards` }))}
          />
          {task.busy ? (
            <Button size="compact-sm" variant="default" onClick={task.cancel}>
              Cancel
            </Button>
          ) : (
            <Button
              size="compact-sm"
              leftSection={<IconScale size={15} />}
              disabled={contenders.length === 0 || absent === undefined}
              onClick={() => void play()}
            >
              Compare
            </Button>
          )}
          {comparison !== null && (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button size="compact-sm" variant="default" leftSection={<IconDownload size={15} />}>
                  Export
                </Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => void exportComparison(shown, 'png')}>Image (PNG)</Menu.Item>
                <Menu.Item onClick={() => void exportComparison(shown, 'svg')}>Drawing (SVG)</Menu.Item>
                <Menu.Item onClick={() => void exportComparison(shown, 'json')}>Data (JSON)</Menu.Item>
                <Menu.Item onClick={() => void exportComparison(shown, 'html')}>
                  Report (HTML, one file)
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </span>
      </header>
      <p className="small muted">
        {comparison?.unit ??
          'Agents and the scripted player play the same new boards. For people, their recorded plays are used.'}
      </p>
      {outdated && !task.busy && (
        <p className={`small ${classes.outdated}`}>
          An agent has trained further, or plays were added. Compare again to update the table.
        </p>
      )}
      {task.busy && (
        <Progress
          value={task.total === 0 ? 0 : (100 * task.done) / task.total}
          animated
          aria-label={`${task.done} of ${task.total} boards played`}
        />
      )}
      {comparison !== null && (
        <>
          <IntervalPlot
            rows={comparison.rows.map((row, index) => ({
              key: String(index),
              label: row.label,
              kind: row.playerKind,
              sample: row.score,
              dots: row.dots.map(({ score }) => score),
            }))}
            human={comparison.human}
            unit={`${scoreWords(comparison.spec.score)}, mean with 95% interval`}
            rowHeight={44}
            labelWidth={400}
          />
          <ComparisonTable comparison={comparison} />
        </>
      )}
    </section>
  )
}
