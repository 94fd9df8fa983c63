/** `env serve` on the editor's port stands in for Unity's editor, whose Play is pressed once for each connection. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { askedOfPerson, releaseEnvironments } from '../../../core/envs/index.ts'
import '../../../core/remote/index.ts'
import { EDITOR_PORT } from '../../../core/remote/mlagents/protocol.ts'
import { UnityEnvironment } from '../../../core/remote/unity/environment.ts'
import { UnityGroup } from '../../../core/remote/unity/group.ts'

const COMMAND = join(import.meta.dirname, '../../../bin/understudy.js')

/** @returns resolves when Play has ended */
function pressPlay(): Promise<unknown> {
  const args = ['env', 'serve', '--env', 'basic', '--agents', '2', '--mlagents-port', `${EDITOR_PORT}`]
  return once(spawn(process.execPath, [COMMAND, ...args], { stdio: 'ignore' }), 'exit')
}

it('is let go of for whoever trains in it', { timeout: 60_000 }, async () => {
  expect([askedOfPerson('unity:editor'), askedOfPerson('unity:game')]).toEqual(['press Play in Unity', null])
  const first = pressPlay()
  const { spec } = new UnityEnvironment('editor', {})
  expect(spec).toMatchObject({ id: 'unity:editor', title: 'Basic (Unity editor)' })
  // The description keeps the connection for a player here.
  releaseEnvironments()
  await first
  const second = pressPlay()
  const group = await UnityGroup.open('editor', {}, { seed: 1, samplers: {} })
  expect((await group.advance([])).map(({ began }) => began)).toEqual([true, true])
  group.close()
  await second
})
