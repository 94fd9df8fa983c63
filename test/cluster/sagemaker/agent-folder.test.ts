import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readAgentFolder, writeAgentFolder } from '../../../core/cluster/sagemaker/agent-folder.ts'
import { DataError } from '../../../core/errors.ts'
import { resolveConfig } from '../../../core/train/index.ts'
import { temporaryDirectory } from '../../store/support.ts'
import { put } from './tree.ts'

it('a model says what it plays, and has the plugins that this needs', async () => {
  const dir = temporaryDirectory()
  for (const folder of ['one', 'two']) put(dir, `${folder}/mine.ts`, `// ${folder}`)
  put(dir, 'policy', 'a policy')
  const given = { env: 'my/game', parameters: { speed: 2 } }
  const config = resolveConfig({ env_settings: given })
  const plugins = ['one', 'two'].map((folder) => join(dir, folder, 'mine.ts'))
  await writeAgentFolder(join(dir, 'model'), join(dir, 'policy'), { ...config, plugins }, 1_200)
  const { policy, plugins: packed, ...rest } = readAgentFolder(join(dir, 'model'), 'basic')
  expect(rest).toMatchObject({ environment: 'my/game', parameters: { speed: 2 } })
  expect([policy, ...packed].map((path) => readFileSync(path, 'utf8'))).toEqual([
    'a policy',
    '// one',
    '// two',
  ])
})

it('a policy without a word about it plays what the container is told', () => {
  const dir = temporaryDirectory()
  expect(() => readAgentFolder(dir, 'basic')).toThrow('there is no agent.onnx in')
  put(dir, 'agent.onnx', '')
  expect(readAgentFolder(dir, 'basic')).toMatchObject({ environment: 'basic', parameters: {}, plugins: [] })
  expect(() => readAgentFolder(dir, undefined)).toThrow(/nothing beside .* says what it plays/)
})

it.each([
  '{"version": 2}',
  'no JSON',
  '{"version": 1, "environment": "basic", "parameters": {}, "plugins": ["../mine.ts"], "algorithm": "ppo", "step": 1}',
])('a description that is none is refused: %s', (text) => {
  const dir = temporaryDirectory()
  put(dir, 'agent.onnx', '')
  put(dir, 'agent.json', text)
  expect(() => readAgentFolder(dir, 'basic')).toThrow(DataError)
})
