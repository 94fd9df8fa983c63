/** Damage to what JSON and msgpack hold: somewhere in a tree a value becomes another, is missing, or is there twice. */
import type { Random } from '../../../core/random.ts'
import { mutateBytes } from './bytes.ts'

const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  -0,
  0.5,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e15,
  '',
  'x',
  '\u0000',
  '\ud800',
  '__proto__',
  'basic',
  'bubble/25',
  'a'.repeat(5000),
  [],
  {},
  [[]],
  [0],
  [1e9, 1e9],
  new Array(2000).fill(1),
  { length: 2 ** 32 },
  { name: 'x', shape: [2 ** 31] },
]

type Tree = Record<string | number, unknown>

/** Changes a copy of the value in place. */
export function mutateValue(value: unknown, random: Random): unknown {
  const root = { value: structuredClone(value) }
  if (random.below(3) > 0) removeHashes(root)
  for (let n = 1 + random.below(2); n > 0; n--) mutateOnce(root, random)
  return root.value
}

function mutateOnce(root: { value: unknown }, random: Random): void {
  const [parent, key] = somewhere(root, random)
  const value = parent[key]
  switch (random.below(6)) {
    case 0:
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else delete parent[key]
      break
    case 1:
      if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(value))
      else parent[`${key}2`] = structuredClone(value)
      break
    case 2:
      if (typeof value === 'number')
        parent[key] = [value + 1, -value, value * 1e6, value + 0.5][random.below(4)]
      else if (value instanceof Uint8Array) parent[key] = mutateBytes(value, random)
      else if (typeof value === 'string')
        parent[key] = Buffer.from(mutateBytes(Buffer.from(value), random)).toString()
      else parent[key] = HOSTILE[random.below(HOSTILE.length)]
      break
    default:
      parent[key] = structuredClone(HOSTILE[random.below(HOSTILE.length)])
  }
}

/** A step down at random, until it stops or there is nothing below. */
function somewhere(root: { value: unknown }, random: Random): [Tree, string] {
  let parent: Tree = root
  let key = 'value'
  for (;;) {
    const value = parent[key]
    const isTree = value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)
    const keys = isTree ? Object.keys(value) : []
    if (keys.length === 0 || (parent !== root && random.below(6) === 0)) return [parent, key]
    parent = value as Tree
    key = keys[random.below(keys.length)]!
  }
}

/** So that damage is not told by the checksum alone. */
function removeHashes(value: unknown): void {
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return
  if ('hash' in value) delete value.hash
  for (const part of Object.values(value)) if (typeof part === 'object') removeHashes(part)
}
