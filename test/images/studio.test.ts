import { describe, expect, it } from 'vitest'
import { figure } from '../figures.ts'
import { Container, configOf } from './container.ts'
import { freePort, needsImages, secondsSince } from './support.ts'

needsImages()

/** The image's own command, on the loopback interface and a port that is free. */
async function open(): Promise<{ container: Container; port: number; key: string }> {
  const began = performance.now()
  const port = await freePort()
  const command = configOf('studio')
    .Cmd.map((word) => (word === '0.0.0.0' ? '127.0.0.1' : word))
    .map((word) => (word === '4400' ? `${port}` : word))
  const container = new Container('studio', { command })
  const line = await container.line(/can also be reached at/)
  figure('seconds until the studio is open', secondsSince(began), 's')
  const [, key] = /http:\/\/localhost:\d+\/#open=([0-9a-f]+)/.exec(line) ?? []
  return { container, port, key: key! }
}

describe('understudy', () => {
  it('opens its page for whoever has the key, and ends at SIGTERM', async () => {
    const { container, port, key } = await open()
    expect(container.execute('id', '-u').out).toBe('10001\n')
    const page = await fetch(`http://127.0.0.1:${port}/`)
    expect(page.status).toBe(200)
    expect(await page.text()).toMatch(/<title>Understudy/)
    expect(page.headers.get('content-security-policy')).toMatch(/default-src/)
    const enter = (given: string) => {
      const headers = { origin: `http://127.0.0.1:${port}`, authorization: `Bearer ${given}` }
      return fetch(`http://127.0.0.1:${port}/session`, { method: 'POST', headers })
    }
    expect((await enter(key)).status).toBe(200)
    expect((await enter('0'.repeat(key.length))).status).toBe(401)
    expect(container.execute('ls', '/data').out).toMatch(/library\.db/)
    container.signal('TERM')
    expect(await container.ended()).toBe(0)
  })

  it('is well as long as it answers', async () => {
    const { container, port } = await open()
    const [, program, file] = configOf('studio').Healthcheck!.Test
    expect(container.execute(program!, file!, `http://127.0.0.1:${port}/`).status).toBe(0)
    expect(container.execute(program!, file!, `http://127.0.0.1:${await freePort()}/`).status).toBe(1)
  })
})
