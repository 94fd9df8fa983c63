import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { type Environment, makeEnvironment } from '../../core/envs/index.ts'
import { deleteImportedAgent, importAgent, importedAgentFile, namedAgent } from '../../core/evaluate/index.ts'
import { type Library, openLibrary } from '../../core/store/index.ts'
import { mul, slice } from '../../core/tensor/index.ts'
import { temporaryDirectory } from '../store/support.ts'
import { favouring, model } from './models.ts'

const environment = makeEnvironment('basic')
const rightward = model({ inputs: { input: [20] } }, ([x], graph) => ({
  logits: favouring(graph, x!, 20, 3, () => 2),
}))
const otherSize = model({ inputs: { input: [8] } }, ([x]) => ({ logits: slice(x!, 1, 0, 3) }))
const outOfRange = model({ inputs: { input: [20] }, integers: ['action'] }, ([x], graph) => ({
  action: mul(
    favouring(graph, x!, 20, 1, () => 0),
    9,
  ),
}))

describe('an imported agent', () => {
  let library: Library
  const open = () => {
    library = openLibrary(temporaryDirectory())
    return library
  }
  afterEach(() => library.close())

  it('is kept with what is known of it, and found by its name', async () => {
    open()
    const file = { source: { name: 'PPO best (3).onnx', bytes: rightward } }
    const { agent, known } = await importAgent(library, environment, file)
    expect(known).toBe(false)
    expect(agent).toMatchObject({
      id: 'PPO-best-3-',
      name: 'PPO best (3)',
      environmentId: 'basic',
      source: 'PPO best (3).onnx',
      sha256: createHash('sha256').update(rightward).digest('hex'),
      bytes: rightward.length,
      form: 'plain',
      producer: 'understudy',
      opset: 15,
      output: null,
      sampledOnly: false,
    })
    expect(library.listImportedAgents()).toEqual([agent])
    expect(library.getImportedAgent(agent.id)).toEqual(agent)
    expect(readFileSync(importedAgentFile(library, agent.id)).equals(rightward)).toBe(true)
    const { kind, environmentId } = await namedAgent(library, agent.id)
    expect([kind, environmentId]).toEqual(['imported', 'basic'])
    await expect(namedAgent(library, 'PPO-best-4-')).rejects.toThrow('there is no agent "PPO-best-4-"')
  })

  it('is not added twice, unless it plays something else', async () => {
    open()
    const first = await importAgent(library, environment, { source: { name: 'a.onnx', bytes: rightward } })
    const again = await importAgent(library, environment, { source: { name: 'b.onnx', bytes: rightward } })
    expect(again).toEqual({ agent: first.agent, known: true })
    const spec = { ...environment.spec, id: 'other' }
    const other: Environment = {
      spec,
      succeeded: false,
      reset: (seed, observation) => environment.reset(seed, observation),
      step: (action, observation) => environment.step(action, observation),
      snapshot: () => environment.snapshot(),
      restore: (snapshot) => environment.restore(snapshot),
      scene: () => environment.scene(),
      events: () => environment.events(),
    }
    const { agent } = await importAgent(library, other, { source: { name: 'a.onnx', bytes: rightward } })
    expect(agent.id).toBe('a-2')
  })

  it('goes with its file', async () => {
    open()
    const { agent } = await importAgent(library, environment, {
      source: { name: 'a.onnx', bytes: rightward },
    })
    await deleteImportedAgent(library, agent.id)
    expect(existsSync(importedAgentFile(library, agent.id))).toBe(false)
    expect(library.listImportedAgents()).toEqual([])
    await expect(deleteImportedAgent(library, agent.id)).rejects.toThrow('there is no imported agent "a"')
  })

  it.each([
    ['damaged', Buffer.from('no model'), 'expected an ONNX model'],
    [
      'of another environment',
      otherSize,
      "its input input is [batch, 8], but the environment's observation is [batch, 20]",
    ],
    [
      'of a policy whose actions there are not',
      outOfRange,
      'answered 9 in action, and branch 0 has 3 actions',
    ],
  ])('leaves nothing behind when the file is %s', async (_, bytes, message) => {
    open()
    await expect(importAgent(library, environment, { source: { name: 'bad.onnx', bytes } })).rejects.toThrow(
      message,
    )
    expect(library.listImportedAgents()).toEqual([])
    expect(existsSync(importedAgentFile(library, 'bad'))).toBe(false)
  })
})
