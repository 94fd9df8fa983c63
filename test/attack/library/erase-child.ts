/** Deletes and erases on a disk that is full, as the command line does, and says what the disk has got back. */
import { openLibrary } from '../../../core/store/index.ts'

const library = openLibrary(process.argv[2]!)
const ids = library.listEpisodes().map(({ id }) => id)
library.deleteEpisodes(ids.slice(0, Math.floor(ids.length / 2)))
if (library.getRun('run') !== undefined) library.deleteRun('run')
const { episodes, bytes } = await library.purge(Number.MAX_SAFE_INTEGER)
const left = library.listEpisodes()
for (const { id } of left) library.verifyEpisode(id)
console.log(JSON.stringify({ episodes, bytes, left: left.length, complaints: library.checkIntegrity() }))
library.close()
