/** The contract of SageMaker, as it starts the containers: a job, and the endpoint of what it leaves. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { putHyperparameters } from '../cluster/sagemaker/tree.ts'
import { cell, invoke } from '../serve/support.ts'
import { Container } from './container.ts'
import { freePort, needsImages } from './support.ts'

needsImages()

it('a job leaves a model from which the endpoint answers', async () => {
  const base = mkdtempSync(join(tmpdir(), 'understudy-sagemaker-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  putHyperparameters(base, { env: 'basic', algo: 'ppo', seed: '1', max_steps: '6000' })
  for (const folder of ['model', 'output/data', 'checkpoints'])
    mkdirSync(join(base, folder), { recursive: true })
  const job = new Container('train', { command: ['train'], volumes: { '/opt/ml': base } })
  expect(await job.ended(), job.printed).toBe(0)
  expect(existsSync(join(base, 'output/failure'))).toBe(false)
  const port = await freePort()
  const endpoint = new Container('serve', {
    command: ['serve'],
    env: { SAGEMAKER_BIND_TO_PORT: `${port}` },
    volumes: { '/opt/ml/model': join(base, 'model') },
  })
  await endpoint.line(/is served at/)
  const { status, body } = await invoke(`http://127.0.0.1:${port}`, { observation: cell(12) })
  expect([status, Object.keys(body)]).toEqual([200, ['action']])
  endpoint.signal('TERM')
  expect(await endpoint.ended()).toBe(0)
})
