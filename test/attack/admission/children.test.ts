/** A training process runs what it is told it may, and nothing that its configuration names beside. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import type { Subject } from '../../../core/admission/index.ts'
import { pluginSubject } from '../../../core/plugins.ts'
import { forkNode } from '../../../core/train/fork.ts'
import {
  readMessage,
  sendMessage,
  type TrainerMessage,
  trainerMessage,
} from '../../../core/train/messages.ts'
import { configOf, poison } from './poison.ts'

afterEach(() => vi.unstubAllEnvs())

/** @returns the first message of a process that is told this */
async function told(dataDirectory: string, config: string, admitted: Subject[]): Promise<TrainerMessage> {
  const child = forkNode()
  const { promise, resolve } = Promise.withResolvers<TrainerMessage>()
  child.port.onMessage((frame) => resolve(readMessage(trainerMessage, frame)))
  sendMessage(child.port, {
    type: 'start',
    runId: 'run',
    dataDirectory,
    config,
    demonstrations: [],
    admitted,
    resume: false,
    claim: '',
  })
  const message = await promise
  child.kill()
  return message
}

it('is told by its first message alone', async () => {
  const evil = poison()
  const data = join(evil.folder, 'data')
  mkdirSync(join(data, 'runs', 'run'), { recursive: true })
  const config = configOf(evil.unity, [evil.plugin])
  writeFileSync(join(data, 'runs', 'run', 'owner'), '')
  const plugin = pluginSubject(evil.plugin)
  expect(await told(data, config, [])).toMatchObject({
    type: 'failed',
    kind: 'user',
    message: `the plugin ${evil.plugin} has not been added here`,
  })
  expect(evil.marks()).toEqual([])
  expect(await told(data, config, [plugin])).toMatchObject({
    message: `${evil.unity} has not been added here`,
  })
  expect(evil.marks()).toEqual(['plugin'])
  await told(data, config, [plugin, { kind: 'environment', name: evil.unity }])
  expect(evil.marks()).toEqual(['plugin', 'program'])
})
