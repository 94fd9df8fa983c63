import { join, resolve } from 'node:path'
import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { dataDirectory } from '../../electron/arguments.ts'
import { menuTemplate } from '../../electron/menu.ts'

const items = (template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])])

test('every item of ours chooses one action of the page', () => {
  const chosen: string[] = []
  const template = menuTemplate((action) => chosen.push(action), { isMac: false, isPackaged: true })
  for (const { click } of items(template)) click?.(undefined as never, undefined, undefined as never)
  expect(chosen).toHaveLength(new Set(chosen).size)
  expect(chosen).toEqual(
    expect.arrayContaining([
      'go.play',
      'go.agents',
      'demonstrations.import',
      'train.new',
      'edit.undo',
      'help.keys',
    ]),
  )
})

test('no two items share a key', () => {
  for (const isMac of [true, false]) {
    const keys = items(menuTemplate(() => undefined, { isMac, isPackaged: true })).flatMap(
      ({ accelerator }) => accelerator ?? [],
    )
    expect(keys).toHaveLength(new Set(keys).size)
  }
})

test('developer tools are there only where the program is developed', () => {
  const roles = (isPackaged: boolean) =>
    items(menuTemplate(() => undefined, { isMac: false, isPackaged })).map(({ role }) => role)
  expect(roles(false)).toContain('toggleDevTools')
  expect(roles(true)).not.toContain('toggleDevTools')
})

test('the library is where the arguments say, else where the command line looks too', () => {
  expect(dataDirectory(['electron', '.', '--data=/a b'], {})).toBe(resolve('/a b'))
  expect(dataDirectory(['electron', '.', '--data', '/c'], { UNDERSTUDY_DATA: '/d' })).toBe(resolve('/c'))
  expect(dataDirectory(['electron', '.'], { UNDERSTUDY_DATA: '/d' })).toBe(resolve('/d'))
  expect(dataDirectory(['electron', '.'], {})).toMatch(new RegExp(`${join('/', '.understudy').slice(1)}$`))
})
