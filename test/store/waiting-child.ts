/** Records one step into the library of argv[2], says so, and waits to be killed. */
import { openLibrary } from '../../core/store/index.ts'
import { head } from './support.ts'

const library = openLibrary(process.argv[2]!)
const writer = library.startEpisode({ ...head, player: { name: 'Ada', kind: 'human' } }, new Float32Array(8))
writer.append({
  continuous: Float32Array.of(0),
  discrete: Int32Array.of(0, 0),
  reward: 0,
  observation: new Float32Array(8),
  timeUs: 0,
})
console.log('recorded')
setInterval(() => {}, 1000)
