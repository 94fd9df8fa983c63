/** The worked examples of docs/guide, as a reader would save them. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const guide = fileURLToPath(new URL('../../docs/guide', import.meta.url))

/** The code blocks of a page, in order, each with the language behind its fence. */
export function codeBlocks(page: string): { language: string; code: string }[] {
  const text = readFileSync(join(guide, page), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
    language: language!,
    code: code!,
  }))
}

/** Saves the page's only block of that language. */
export function saveBlock(page: string, language: string, folder: string, name: string): string {
  const blocks = codeBlocks(page).filter((block) => block.language === language)
  if (blocks.length !== 1) throw new Error(`${page} has ${blocks.length} blocks of ${language}, not one`)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, blocks[0]!.code)
  return file
}

/** The lines of a page's shell block, without comments. */
export function commands(page: string): string[] {
  const block = codeBlocks(page).find(({ language }) => language === 'sh')
  return (block?.code ?? '')
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}
