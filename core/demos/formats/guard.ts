/** What a plugin registers of formats: its errors name the format, and what it reads is checked. */
import { guardMethods, replaceMethod } from '../../plugin-guard.ts'
import { checkEpisode } from '../../store/episode-check.ts'
import type { Episode } from '../episode.ts'
import type { DemonstrationFormat } from './format.ts'
import { registerFormat } from './registry.ts'

export function registerGuardedFormat(format: DemonstrationFormat): void {
  guardMethods(format, `your format ${format.name}`)
  const read = format.read as
    | ((content: unknown, name: string, ...more: unknown[]) => Episode[] | Promise<Episode[]>)
    | undefined
  if (read !== undefined) {
    replaceMethod(format, 'read', async (content: unknown, name: string, ...more: unknown[]) => {
      const episodes = await read.call(format, content, name, ...more)
      for (const [i, episode] of episodes.entries()) {
        checkEpisode(episode, { file: name, place: `episode ${i}` })
      }
      return episodes
    })
  }
  registerFormat(format)
}
