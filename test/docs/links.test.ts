/** What the documentation points at is there. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const pages = ['README.md', 'CONTRIBUTING.md', 'python/README.md', ...globSync('docs/**/*.md', { cwd: root })]
const textOf = (page: string) => readFileSync(join(root, page), 'utf8')

/** The targets of a page's links that lie in the repository, each as [path from the root, heading or '']. */
function linksOf(page: string): [string, string][] {
  const text = textOf(page).replace(/^```.*?^```$/gms, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1]!)
    .filter((target) => !/^\w+:/.test(target))
    .map((target) => {
      const [path, heading = ''] = target.split('#')
      return [path === '' ? page : relative(root, join(root, dirname(page), path!)), heading]
    })
}

/** The names by which a page's headings are linked to. */
function anchorsOf(page: string): Set<string> {
  const titles = [...textOf(page).matchAll(/^#+ (.*)$/gm)].map((match) => match[1]!)
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

describe('the documentation', () => {
  it.each(pages)('%s links to what exists', (page) => {
    const wrong = linksOf(page).filter(
      ([path, heading]) =>
        !existsSync(join(root, path)) ||
        (heading !== '' && path.endsWith('.md') && !anchorsOf(path).has(heading)),
    )
    expect(wrong).toEqual([])
  })

  it('has every page in its index', () => {
    const listed = new Set(
      ['docs/README.md', 'docs/results/README.md'].flatMap(linksOf).map(([path]) => path),
    )
    const missing = pages.filter((page) => page.startsWith('docs/') && !listed.has(page))
    expect(missing).toEqual(['docs/README.md'])
  })
})

describe('the map of the code', () => {
  const map = textOf('docs/architecture.md')
  const named = [...map.matchAll(/`((?:core|electron|renderer|test)\/[^`]*)`/g)].map((match) => match[1]!)

  it('names files and folders that exist', () => {
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('names every room of core', () => {
    const rooms = readdirSync(join(root, 'core'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    const missing = rooms.filter(({ name }) => !map.includes(`| \`core/${name}/\` |`)).map(({ name }) => name)
    expect(missing).toEqual([])
  })
})
