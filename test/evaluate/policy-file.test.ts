import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeEnvironment } from '../../core/envs/index.ts'
import { DataError, UserError } from '../../core/errors.ts'
import { readPolicy } from '../../core/evaluate/policy/policy.ts'
import { readPolicyFile } from '../../core/evaluate/policy/policy-file.ts'
import { temporaryDirectory } from '../store/support.ts'
import { floats, message, outside } from '../tensor/onnx-message.ts'

const { spec } = makeEnvironment('basic')

/** Logits [B, 3] = x [B, 20] times the weights that lie, behind eight bytes of something else, in `location`. */
function policyWith(location: string): Uint8Array {
  const weights = outside({ location, offset: '8', length: '240' })
  const graph = message(
    [1, message([1, 'x'], [1, 'w'], [2, 'logits'], [4, 'MatMul'])],
    [2, 'policy'],
    [5, message([1, 20], [1, 3], [2, 1], [8, 'w'], ...weights)],
    [11, floats('x', ['batch', 20])],
    [12, floats('logits', ['batch', 3])],
  )
  return message([1, 8], [7, graph], [8, message([2, 15])])
}

const readFile = (path: string) => readPolicyFile({ name: path, path })

describe('a policy whose weights lie in a file beside it', () => {
  let directory: string
  let file: string

  beforeEach(() => {
    directory = temporaryDirectory()
    file = join(directory, 'policy.onnx')
    writeFileSync(file, policyWith('policy.onnx.data'))
    // Favours action (cell mod 3).
    const weights = Float32Array.from({ length: 2 + 60 }, (_, i) =>
      Number((i - 2) % 3 === Math.floor((i - 2) / 3) % 3),
    )
    writeFileSync(`${file}.data`, new Uint8Array(weights.buffer))
  })

  it('plays with them', async () => {
    const policy = await readPolicy(spec, file)
    const observations = new Float32Array(60)
    for (const [row, cell] of [4, 8, 12].entries()) observations[row * 20 + cell] = 1
    const rows = { rows: 3, observations, masks: null, memory: new Float32Array(0) }
    expect([...(await policy.act(rows, null)).discrete]).toEqual([1, 2, 0])
    await policy.release()
  })

  it('is the same when both came along under other names', () => {
    const [policy, weights] = [join(directory, '17'), join(directory, '4')]
    copyFileSync(file, policy)
    copyFileSync(`${file}.data`, weights)
    const beside = new Map([['policy.onnx.data', weights]])
    const joined = readPolicyFile({ name: 'policy.onnx', path: policy, beside })
    expect(joined).toEqual(readFile(file))
    const bytes = readFileSync(file)
    expect(joined.length).toBeGreaterThan(bytes.length + 150)
    expect(() => readPolicyFile({ name: 'policy.onnx', path: policy, beside: new Map() })).toThrow(
      'policy.onnx: weights: expected the file "policy.onnx.data", which holds its weights, along with it',
    )
    expect(() => readPolicyFile({ name: 'policy.onnx', bytes })).toThrow(
      'policy.onnx: weights: expected the file "policy.onnx.data", which holds its weights, along with it',
    )
  })

  it('is refused without that file', () => {
    const alone = join(directory, 'alone')
    mkdirSync(alone)
    copyFileSync(file, join(alone, 'policy.onnx'))
    const read = () => readFile(join(alone, 'policy.onnx'))
    expect(read).toThrow(DataError)
    expect(read).toThrow(
      /expected its weights in policy\.onnx\.data beside it, found .* cannot be read: there is no such file/,
    )
    mkdirSync(join(alone, 'policy.onnx.data'))
    expect(read).toThrow('that this is not a file')
  })

  it.each(['../secret', '/etc/passwd', 'a/b', '..', '.', '', '..\\secret', 'a\0b'])(
    'is refused when it names a file elsewhere: %j',
    (location) => {
      writeFileSync(file, policyWith(location))
      expect(() => readFile(file)).toThrow('expected all weights in the file, or in one beside it')
    },
  )

  it('is told from what is not there', () => {
    expect(() => readFile(join(directory, 'nowhere.onnx'))).toThrow(UserError)
    expect(() => readFile(directory)).toThrow('cannot be read: it is a folder')
  })
})
