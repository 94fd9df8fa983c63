/** A policy that names the file of its weights: four floats, of eight bytes on. */
import { floats, message, outside } from '../../tensor/onnx-message.ts'

export function outsideWeights(location: string): Uint8Array {
  const weights = outside({ location, offset: '8', length: '16' })
  const graph = message(
    [1, message([1, 'x'], [1, 'w'], [2, 'y'], [4, 'MatMul'])],
    [2, 'policy'],
    [5, message([1, 2], [1, 2], [2, 1], [8, 'w'], ...weights)],
    [11, floats('x', ['batch', 2])],
    [12, floats('y', ['batch', 2])],
  )
  return message([1, 8], [7, graph], [8, message([2, 15])])
}
