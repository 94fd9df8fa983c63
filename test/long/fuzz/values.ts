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

type Tree = Record<string, unknown>

/** Changes a copy of the value in place. */
export function mutateValue(value: unknown, random: Random): unknown {
  const root = { value: structuredClone(value) }
  if (random.below(3) > 0) removeHashes(root)
  for (let n = 1 + random.below(2); n > 0; n--) mutateOnce(root, random)
  return root.value
}

function mutateOnce(root: { value: unknown }, random: Random): void {
  const places = [...placesIn(root)]
  if (places.length === 0) return
  const [parent, key] = random.below(2) === 0 ? descend(root, random) : places[random.below(places.length)]!
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
    case 3:
      parent[key] = changed(value, random)
      break
    default:
      parent[key] = structuredClone(HOSTILE[random.below(HOSTILE.length)])
  }
}

/** Another value of the same kind. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value === 'number') {
    return [value + 1, -value, value * 1e6, value + 0.5, 0, 2 ** 28, 2 ** 31, 2 ** 40, 2 ** 53][
      random.below(9)
    ]
  }
  if (value instanceof Uint8Array) return mutateBytes(value, random)
  if (typeof value === 'string') return Buffer.from(mutateBytes(Buffer.from(value), random)).toString()
  return HOSTILE[random.below(HOSTILE.length)]
}

/** A step down at random, until it stops or there is nothing below: large arrays weigh as much as a word beside them. */
function descend(root: Tree, random: Random): [Tree, string] {
  let parent: Tree = root
  let key = 'value'
  for (;;) {
    const value = parent[key]
    const keys = isTree(value) ? Object.keys(value) : []
    if (keys.length === 0 || (parent !== root && random.below(6) === 0)) return [parent, key]
    parent = value as Tree
    key = keys[random.below(keys.length)]!
  }
}

/** All places, but of an array the first few only: what is said of the episode is found as often as what was played. */
function* placesIn(tree: Tree): Generator<[Tree, string]> {
  const keys = Object.keys(tree)
  for (const key of Array.isArray(tree) ? keys.slice(0, 3) : keys) {
    yield [tree, key]
    const value = tree[key]
    if (isTree(value)) yield* placesIn(value)
  }
}

function isTree(value: unknown): value is Tree {
  return value !== null && typeof value === 'object' && !ArrayBuffer.isView(value)
}

/** So that damage is not told by the checksum alone. */
function removeHashes(value: unknown): void {
  if (!isTree(value)) return
  if ('hash' in value) delete value.hash
  for (const part of Object.values(value)) if (typeof part === 'object') removeHashes(part)
}
