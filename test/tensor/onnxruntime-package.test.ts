import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { UserError } from '../../core/errors.ts'
import { temporaryDirectory } from '../store/support.ts'

const root = join(import.meta.dirname, '../..')

/** A copy of the module where no package is near. */
async function copied(
  folder: string,
): Promise<typeof import('../../core/tensor/runtimes/onnxruntime-package.ts')> {
  const runtimes = join(folder, 'core/tensor/runtimes')
  mkdirSync(runtimes, { recursive: true })
  cpSync(join(root, 'core/errors.ts'), join(folder, 'core/errors.ts'))
  const module = join(runtimes, 'onnxruntime-package.ts')
  cpSync(join(root, 'core/tensor/runtimes/onnxruntime-package.ts'), module)
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  mkdirSync(join(folder, 'engine'))
  return import(module)
}

it('is asked for in one sentence where it is missing, and found in engine/ once it has been fetched', async () => {
  const folder = temporaryDirectory()
  const { hasOnnxRuntime, onnxRuntime, onnxRuntimeVersion } = await copied(folder)
  expect(hasOnnxRuntime()).toBe(false)
  expect(onnxRuntime).toThrow(/^ONNX Runtime, which runs the networks, is not installed$/)
  expect(onnxRuntime).toThrow(
    expect.objectContaining({
      remedy: expect.stringContaining(`npm ci --ignore-scripts --prefix "${folder}/engine/"`),
    }),
  )
  const installed = join(folder, 'engine/node_modules/onnxruntime-node')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{"version":"1.2.3","main":"index.js"}')
  writeFileSync(join(installed, 'index.js'), 'module.exports = { fetched: true }')
  expect(hasOnnxRuntime()).toBe(true)
  expect(onnxRuntime()).toEqual({ fetched: true })
  expect(onnxRuntimeVersion()).toBe('1.2.3')
})

it('is a request that cannot be met, and no bug', async () => {
  const { onnxRuntime } = await copied(temporaryDirectory())
  expect(() => onnxRuntime()).toThrow(expect.objectContaining({ name: UserError.name }))
})
