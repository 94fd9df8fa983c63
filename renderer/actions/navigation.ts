import { navigate, type Page } from '../route.ts'
import type { Action } from './action.ts'

const destinations: readonly { page: Page; name: string; key: string }[] = [
  { page: 'play', name: 'Play', key: 'p' },
  { page: 'demonstrations', name: 'Demonstrations', key: 'd' },
  { page: 'train', name: 'Train', key: 't' },
  { page: 'compare', name: 'Compare', key: 'c' },
  { page: 'agents', name: 'Agents', key: 'a' },
  { page: 'clusters', name: 'Clusters', key: 'l' },
  { page: 'storage', name: 'Storage', key: 's' },
]

export const navigationActions: readonly Action[] = destinations.map(({ page, name, key }) => ({
  id: `go.${page}`,
  group: 'Go to',
  name,
  shortcuts: [`g ${key}`],
  run: () => navigate(page),
}))
