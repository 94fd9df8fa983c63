/** The commands of docs/guide/interop.md, which the checks run, so that what the page says is what works. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, '../../docs/guide/interop.md')

export interface Block {
  /** Behind the fence: 'sh'. */
  readonly language: string
  readonly code: string
}

/**
 * The fenced blocks between a heading and the next one of any level.
 * @param text  a page of Markdown
 */
export function blocksUnder(heading: string, text: string = readFileSync(PAGE, 'utf8')): Block[] {
  const parts = text.split(/^(```\w*\n.*?^```)$/gms)
  let under = false
  let found = false
  const blocks: Block[] = []
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 0) {
      for (const [, title] of part.matchAll(/^#+ (.*)$/gm)) {
        under = title!.trim() === heading
        found ||= under
      }
    } else if (under) {
      const [, language, code] = /^```(\w*)\n(.*)^```$/ms.exec(part)!
      blocks.push({ language: language!, code: code! })
    }
  }
  if (!found) throw new Error(`docs/guide/interop.md has no heading "${heading}"`)
  return blocks
}
