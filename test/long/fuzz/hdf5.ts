/** Damage to what an HDF5 file says, in a file that is otherwise as the library writes it. */

import { readHdf5, writeHdf5 } from '../../../core/demos/formats/parts/hdf5/thread.ts'
import type {
  Hdf5Attribute,
  Hdf5Dataset,
  Hdf5Group,
  Hdf5Node,
} from '../../../core/demos/formats/parts/hdf5/tree.ts'
import { FileProblems } from '../../../core/demos/formats/problems.ts'
import type { Random } from '../../../core/random.ts'
import { mutateBytes } from './bytes.ts'
import { mutateValue } from './values.ts'

const trees = new WeakMap<Uint8Array, Hdf5Group>()

export async function mutateHdf5(bytes: Uint8Array, random: Random): Promise<Uint8Array> {
  // Copies, because the thread of the library may keep what it is given.
  const tree = trees.get(bytes) ?? (await readHdf5(bytes.slice(), new FileProblems('seed')))
  trees.set(bytes, tree)
  return await writeHdf5(mutateGroup(tree, random))
}

function mutateGroup(group: Hdf5Group, random: Random): Hdf5Group {
  const children = new Map(group.children)
  const attributes = new Map(group.attributes)
  const names = [...children.keys()]
  const name = names[random.below(Math.max(1, names.length))]
  const key = [...attributes.keys()][random.below(Math.max(1, attributes.size))]
  const kind = random.below(12)
  if (key !== undefined && kind < 4) {
    if (kind === 0) attributes.delete(key)
    else attributes.set(key, mutateAttribute(attributes.get(key)!, random))
  } else if (name !== undefined) {
    const node = children.get(name)!
    if (kind === 4) children.delete(name)
    else if (kind === 5) children.set(`${name}2`, node)
    else if (kind === 6) children.set(name, children.get(names[random.below(names.length)]!)!)
    else children.set(name, mutateNode(node, random))
  }
  return { kind: 'group', attributes, children }
}

function mutateNode(node: Hdf5Node, random: Random): Hdf5Node {
  if (node.kind === 'group') return mutateGroup(node, random)
  return node.kind === 'dataset' ? mutateDataset(node, random) : node
}

function mutateDataset(dataset: Hdf5Dataset, random: Random): Hdf5Dataset {
  const { data, shape } = dataset
  const plain = { kind: 'dataset', shape } as const
  if (Array.isArray(data)) return { ...plain, data: data.map((text) => String(mutateText(text, random))) }
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
  const size = numbers.length
  switch (random.below(6)) {
    case 0:
      return { kind: 'dataset', shape: [size], data: Float64Array.from(numbers) }
    case 1:
      return { kind: 'dataset', shape: [size, 1], data: Float32Array.from(numbers) }
    case 2: {
      const row = size / Math.max(1, shape[0] ?? 1)
      return {
        kind: 'dataset',
        shape: [1, ...shape.slice(1)],
        data: Float32Array.from(numbers.slice(0, row)),
      }
    }
    case 3:
      return { ...plain, data: numbers.map(String) }
    case 4:
      return { ...plain, data: Int32Array.from(numbers, (value) => value + random.below(5) - 2) }
    default: {
      const changed = Float64Array.from(numbers)
      changed[random.below(Math.max(1, size))] = [Number.NaN, 1e300, -1, 0.5, 2 ** 40][random.below(5)]!
      return { ...plain, data: changed }
    }
  }
}

function mutateAttribute(value: Hdf5Attribute, random: Random): Hdf5Attribute {
  const others = [0n, -1n, 2n ** 62n, 0.5, Number.NaN, '', '{}', 'null']
  if (typeof value === 'string' && random.below(3) > 0) return mutateText(value, random)
  return others[random.below(others.length)]!
}

function mutateText(text: string, random: Random): string {
  try {
    return JSON.stringify(mutateValue(JSON.parse(text), random)) ?? ''
  } catch {
    return Buffer.from(mutateBytes(Buffer.from(text), random))
      .toString()
      .replaceAll('\0', '')
  }
}
