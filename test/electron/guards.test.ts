import { expect, test } from 'vitest'
import { guardContents, mayOpenOutside } from '../../electron/guards.ts'
import { isPageAddress } from '../../electron/page-protocol.ts'
import { FakeContents } from './fakes.ts'

const foreign = [
  'https://evil.example/',
  'http://127.0.0.1/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  'app://evil/index.html',
  'app://studio.evil.example/',
  'https://app//studio/',
  'not an address',
]

test('only addresses of the own scheme and host belong to the page', () => {
  expect(isPageAddress('app://studio/index.html#/train')).toBe(true)
  for (const address of foreign) expect(isPageAddress(address), address).toBe(false)
})

test.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])(
  '%s away from the page is prevented',
  (name) => {
    const contents = new FakeContents()
    guardContents(contents as never, () => undefined)
    const attempt = (url: string) => {
      const event = { url, prevented: false, preventDefault: () => (event.prevented = true) }
      contents.emit(name, event)
      return event.prevented
    }
    for (const address of foreign) expect(attempt(address), address).toBe(true)
    expect(attempt('app://studio/index.html')).toBe(false)
  },
)

test('no window is opened; known https pages go to the browser, others nowhere', () => {
  const contents = new FakeContents()
  const opened: string[] = []
  guardContents(contents as never, (address) => opened.push(address))
  const paper = 'https://arxiv.org/abs/1606.03476'
  for (const url of [
    ...foreign,
    paper,
    'http://arxiv.org/',
    'https://arxiv.org.evil.example/',
    'app://studio/',
  ]) {
    expect(contents.openHandler({ url })).toEqual({ action: 'deny' })
  }
  expect(opened).toEqual([paper])
  expect(mayOpenOutside('https://arxiv.org@evil.example/')).toBe(false)
})

test('nothing is embedded', () => {
  const contents = new FakeContents()
  guardContents(contents as never, () => undefined)
  let prevented = false
  contents.emit('will-attach-webview', {
    preventDefault: () => {
      prevented = true
    },
  })
  expect(prevented).toBe(true)
})
