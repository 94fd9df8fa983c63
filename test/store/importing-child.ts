/** Begins an import into the library of a folder, says so, and does nothing more. */
import { episodePieces, openLibrary } from '../../core/store/index.ts'
import { randomEpisode } from './support.ts'

const library = openLibrary(process.argv[2]!)
const staged = await library.beginImport()
for (let i = 0; i < 300; i++) await staged.add([...episodePieces(randomEpisode(i))])
process.send!('staged')
setInterval(() => undefined, 1000)
