/** The engines by name; each is loaded only when it is asked for. */
import { otherNames, UserError } from '../../errors.ts'
import { type Runtime, type RuntimeName, runtimeNames } from '../runtime.ts'

/** @throws UserError when the engine cannot be loaded on this machine */
export async function loadRuntime(name: RuntimeName): Promise<Runtime> {
  switch (name) {
    case 'onnxruntime':
      return (await import('./onnxruntime.ts')).onnxruntime()
    case 'tensorflow':
      return (await import('./tensorflow.ts')).tensorflow()
    default:
      throw new UserError(`unknown engine "${name}"`, {
        usage: true,
        remedy: otherNames(name, runtimeNames, 'the engines'),
      })
  }
}
