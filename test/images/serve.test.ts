import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { figure } from '../figures.ts'
import { cell, choosing, invoke } from '../serve/support.ts'
import { Container, type RunOptions } from './container.ts'
import { freePort, needsImages, secondsSince } from './support.ts'

needsImages()

/** A model as SageMaker unpacks it, which everybody may read. */
function modelFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-model-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const model = join(folder, 'model')
  mkdirSync(model)
  writeFileSync(join(model, 'agent.onnx'), choosing)
  return model
}

async function serve(options: RunOptions = {}): Promise<{ container: Container; address: string }> {
  const began = performance.now()
  const port = await freePort()
  const container = new Container('serve', {
    env: { UNDERSTUDY_ENV: 'basic', SAGEMAKER_BIND_TO_PORT: `${port}` },
    volumes: { '/opt/ml/model': modelFolder() },
    ...options,
  })
  await container.line(/is served at/)
  figure('seconds until serve answers', secondsSince(began), 's')
  return { container, address: `http://127.0.0.1:${port}` }
}

describe('understudy-serve', () => {
  it('answers as the user it names, and ends at SIGTERM', async () => {
    const { container, address } = await serve()
    expect(container.execute('id', '-u').out).toBe('10001\n')
    expect((await fetch(`${address}/ping`)).status).toBe(200)
    expect((await invoke(address, { observation: cell(4) })).body).toEqual({ action: { discrete: [1] } })
    expect(container.execute('touch', '/opt/understudy/x').out).toMatch(/Read-only file system/)
    container.signal('TERM')
    expect(await container.ended()).toBe(0)
  })

  it('answers as root, as SageMaker runs it', async () => {
    const { container, address } = await serve({ user: 0 })
    expect(container.execute('id', '-u').out).toBe('0\n')
    expect((await invoke(address, { observation: cell(5) })).body).toEqual({ action: { discrete: [2] } })
  })

  it('is well as long as it answers', async () => {
    const { container, address } = await serve()
    const check = (url: string) => container.execute('node', '/opt/understudy/health.js', url).status
    expect(check('ping')).toBe(0)
    expect(check(`${address}/nothing`)).toBe(1)
    expect(check(`http://127.0.0.1:${await freePort()}/ping`)).toBe(1)
  })

  it('says in one sentence that there is no model', async () => {
    const container = new Container('serve')
    expect(await container.ended()).toBe(1)
    expect(container.printed).toMatch(/^error: there is no agent\.onnx in \/opt\/ml\/model$/m)
  })
})
