/**
 * Comma-separated values: one row per step, and one more per episode for the last observation, whose action, reward, ends
 * and time are empty. One environment per file. `pandas.read_csv(file)` needs no options.
 *
 *     episode, step                        both from 0
 *     NAME.i, NAME.i.j, ...                the observation NAME, one column per number
 *     action.continuous.i, action.discrete.i
 *     reward
 *     terminated, truncated                0 or 1, of the step
 *     time_us                              microseconds since the start of the episode
 *     action.mask.BRANCH.i                 1 = allowed; only where the environment masks actions
 *     episode_json                         the head of the episode, in its first row only
 *
 * A file that was made elsewhere may leave out `episode` (an episode then goes to the row that ends it), `step`, `time_us`, the
 * masks, `episode_json` (`--env` says what was played) and the rows of the last observations, and may have more columns.
 */
import { episodeLength, stepLayout } from '../../episode.ts'
import { doubleText, singleText } from '../parts/number-text.ts'
import { inOwnUnits, type OutgoingEpisode } from '../parts/outgoing.ts'
import { firstOfSameColumns } from '../parts/same-columns.ts'
import { COUNTERS, columnNames, HEAD, PLAIN } from './columns.ts'
import { readCsv } from './read.ts'

const START = `${COUNTERS.join(',')},`

function writeCsv(episodes: readonly OutgoingEpisode[]): Uint8Array {
  const first = firstOfSameColumns(episodes, 'a CSV file')
  const { observations, continuous, discrete, masks } = columnNames(
    first.environment,
    first.masks !== undefined,
  )
  const actions = [...continuous, ...discrete]
  const header = [...COUNTERS, ...observations, ...actions, ...PLAIN, ...masks, HEAD]
  const parts = [Buffer.from(`${header.map(quoted).join(',')}\n`)]
  for (const [i, episode] of episodes.entries()) parts.push(Buffer.from(rowsOf(episode, i)))
  return Buffer.concat(parts)
}

function rowsOf(episode: OutgoingEpisode, index: number): string {
  const { observation: O, continuous: C, branches: D, mask } = stepLayout(episode.environment)
  const M = episode.masks === undefined ? 0 : mask
  const steps = episodeLength(episode)
  const nothing = ','.repeat(C + D + PLAIN.length + M)
  let text = ''
  for (let step = 0; step <= steps; step++) {
    text += `${index},${step}`
    for (const value of row(episode.observations, step, O)) text += `,${singleText(value)}`
    if (step === steps) text += nothing
    else {
      for (const value of row(episode.continuous, step, C)) text += `,${singleText(value)}`
      for (const value of row(episode.discrete, step, D)) text += `,${value}`
      const last = step === steps - 1
      text += `,${singleText(episode.rewards[step]!)}`
      text += `,${Number(last && episode.terminated)},${Number(last && episode.truncated)}`
      text += `,${doubleText(episode.timesUs[step]!)}`
      if (episode.masks !== undefined) for (const value of row(episode.masks, step, M)) text += `,${value}`
    }
    text += step === 0 ? `,${quoted(JSON.stringify(episode.head))}\n` : ',\n'
  }
  return text
}

function row<T extends Float32Array | Int32Array | Uint8Array>(column: T, step: number, width: number): T {
  return column.subarray(step * width, (step + 1) * width) as T
}

/** RFC 4180 */
function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export const csv = inOwnUnits({
  name: 'csv',
  title: 'Comma-separated values: one row per step, for spreadsheets and pandas',
  group: 'scripts',
  layout: 'file',
  extensions: ['.csv'],
  mediaType: 'text/csv',
  matches: (bytes) => Buffer.from(bytes.subarray(0, START.length)).toString('latin1') === START,
  write: writeCsv,
  read: readCsv,
  cannotHold: () => [],
})
