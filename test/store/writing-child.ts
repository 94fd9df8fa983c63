/** Adds argv[3] episodes to the library of argv[2], one transaction each. */
import { openLibrary } from '../../core/store/index.ts'
import { randomEpisode } from './support.ts'

const library = openLibrary(process.argv[2]!)
for (let i = 0; i < Number(process.argv[3]); i++) library.addEpisode(randomEpisode(i))
library.close()
