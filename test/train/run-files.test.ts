import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeAtomically } from '../../core/atomic-file.ts'
import { openLibrary } from '../../core/store/index.ts'
import { writeCheckpoint } from '../../core/train/checkpoint.ts'
import {
  lowerFence,
  raiseFence,
  removeLeftovers,
  removingDirectory,
  runFence,
} from '../../core/train/run-files.ts'
import { temporaryDirectory } from '../store/support.ts'

const SENTENCE = 'was taken over by another process while this one was asleep; nothing more was written'

function run(): string {
  const directory = join(temporaryDirectory(), 'runs', 'run')
  raiseFence(directory, 'mine')
  return directory
}

describe('a fence', () => {
  it('lets its own through until another raises one or the run belongs to nobody', () => {
    const directory = run()
    const fence = runFence(directory, 'mine')
    fence()
    raiseFence(directory, 'theirs')
    expect(fence).toThrow(`run "run" ${SENTENCE}`)
    raiseFence(directory, 'mine')
    fence()
    lowerFence(directory)
    expect(fence).toThrow(SENTENCE)
  })

  it('keeps a file from being renamed by one that was suspended after its last look', async () => {
    const directory = run()
    const path = join(directory, 'agent.onnx')
    await writeAtomically(path, [Uint8Array.of(1)])
    const fence = runFence(directory, 'mine')
    const looks: string[][] = []
    const lookAndSleep = () => {
      fence()
      looks.push(readdirSync(directory))
      // What happens while it sleeps.
      raiseFence(directory, 'theirs')
    }
    await expect(writeAtomically(path, [Uint8Array.of(2)], { mayName: lookAndSleep })).rejects.toThrow(
      SENTENCE,
    )
    expect(looks).toHaveLength(1)
    expect(looks[0]!.filter((name) => name.endsWith('.tmp'))).toHaveLength(1)
    expect([...readFileSync(path)]).toEqual([1])
    expect(readdirSync(directory).sort()).toEqual(['agent.onnx', 'owner'])
  })

  it.each([1, 2, 3, 4, 5, 6])('raised at look %i of a checkpoint leaves what was there', async (last) => {
    const directory = run()
    const policy = Uint8Array.of(1)
    const checkpoint = (step: number) => ({ step, algorithm: { replay: { rows: policy } } }) as never
    for (const step of [40, 80]) await writeCheckpoint(directory, checkpoint(step), policy, 2)
    const theirs = ['40.checkpoint', '40.onnx', '80.checkpoint', '80.onnx', '80.replay']
    const fence = runFence(directory, 'mine')
    let looks = 0
    const look = () => {
      if (++looks === last) raiseFence(directory, 'theirs')
      fence()
    }
    await expect(writeCheckpoint(directory, checkpoint(120), policy, 2, look)).rejects.toThrow(SENTENCE)
    const names = readdirSync(join(directory, 'checkpoints'))
    expect(names).toEqual(expect.arrayContaining(theirs))
    expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})

describe('a directory that is removed with its row', () => {
  it('keeps its name and files when the change fails', async () => {
    const directory = run()
    const library = openLibrary(join(directory, '../..'))
    onTestFinished(() => library.close())
    const failing = removingDirectory(library, (remove) => {
      remove(directory)
      expect(existsSync(directory)).toBe(false)
      raiseFence(directory, 'theirs')
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    runFence(directory, 'mine')()
    expect(readdirSync(join(directory, '..'))).toEqual(['run'])
  })

  it('is swept up when the process was killed before it had removed it', async () => {
    const directory = run()
    const library = openLibrary(join(directory, '../..'))
    onTestFinished(() => library.close())
    const left = join(directory, '..', '.other.0123.removed')
    mkdirSync(left)
    writeFileSync(join(left, 'agent.onnx'), '')
    await removeLeftovers(library)
    expect(readdirSync(join(directory, '..'))).toEqual(['run'])
  })
})
