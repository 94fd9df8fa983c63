/**
 * Records episodes without end into the library of argv[2] and says on standard output, one line each, which step of
 * which episode has been committed. Reward and time of a step tell its index. Some players are people, some agents.
 */
import { writeSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openLibrary } from '../../core/store/index.ts'
import { head } from './support.ts'

const EPISODE_STEPS = 30

const library = openLibrary(process.argv[2]!)
for (let n = 0; ; n++) {
  const kind = n % 2 === 0 ? 'human' : 'agent'
  const writer = library.startEpisode({ ...head, player: { name: 'child', kind } }, new Float32Array(8))
  writer.onCommit = (steps) => writeSync(1, `${writer.episodeId} ${steps}\n`)
  for (let step = 0; step < EPISODE_STEPS; step++) {
    writer.append({
      continuous: Float32Array.of(0),
      discrete: Int32Array.of(step % 3, 0),
      reward: step,
      observation: new Float32Array(8).fill(step + 1),
      timeUs: step,
    })
    if (step % 10 === 9) writer.flush()
  }
  if (n % 3 !== 2) writer.finish({ terminated: true, truncated: false, success: true })
  else writer.interrupt()
  await nextTurn()
}
