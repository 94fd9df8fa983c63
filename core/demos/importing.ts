/** Takes demonstrations that come from anywhere over into a library: all of a file or nothing of it. */
import type { EpisodeSummary, ImportResult, Library } from '../store/index.ts'
import type { DemonstrationFormat } from './formats/index.ts'
import { type ReadingOptions, readInPieces } from './reading.ts'
import type { Source } from './reading-calls.ts'

export interface ImportOptions extends ReadingOptions {
  /** Told of every episode of the file. */
  readonly onEpisode?: (episode: EpisodeSummary) => void
}

/**
 * @param source  the path of a file or folder, or what is in it
 * @throws as `readDemonstrations`, and UserError when the library cannot be written; it then has nothing of the file
 */
export async function importDemonstrations(
  library: Library,
  source: Source,
  { onEpisode, ...options }: ImportOptions = {},
): Promise<ImportResult & { format: DemonstrationFormat }> {
  const staged = await library.beginImport(options.signal)
  try {
    const format = await readInPieces(source, options, async (pieces) => {
      for (const piece of pieces) if (piece.kind === 'episode') onEpisode?.(piece.episode)
      await staged.add(pieces)
    })
    return { format, ...(await staged.finish()) }
  } catch (error) {
    await staged.abandon()
    throw error
  }
}
