/** Damage within containers, which are then put together again with the right lengths and checksums. */
import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { Packr } from 'msgpackr'
import type { Random } from '../../../core/random.ts'
import { mutateBytes } from './bytes.ts'

import { mutateHdf5 } from './hdf5.ts'
import { joinDelimited, mutateMessage, splitDelimited } from './protobuf.ts'
import { mutateValue } from './values.ts'

const packr = new Packr({ useRecords: false })

/** Half of the damage is done to the bytes, the other half behind what protects them. */
export async function mutateFile(bytes: Uint8Array, random: Random): Promise<Uint8Array> {
  return random.below(2) === 0 ? mutateBytes(bytes, random) : await mutateInside(bytes, random)
}

/** Loses a file, changes one, or gives it another name. */
export async function mutateFolder(
  files: ReadonlyMap<string, Uint8Array>,
  random: Random,
): Promise<Map<string, Uint8Array>> {
  const mutated = new Map(files)
  const names = [...files.keys()]
  const name = names[random.below(names.length)]!
  const kind = random.below(20)
  if (kind === 0) mutated.delete(name)
  else if (kind === 1) {
    mutated.delete(name)
    mutated.set(`${name}x`, files.get(name)!)
  } else if (kind === 2) mutated.set(name, files.get(names[random.below(names.length)]!)!)
  else mutated.set(name, await mutateFile(files.get(name)!, random))
  return mutated
}

async function mutateInside(bytes: Uint8Array, random: Random): Promise<Uint8Array> {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (start.startsWith('PK\x03\x04')) return await mutateZip(bytes, random)
  if (start.startsWith('\x93NUMPY')) return mutateNpy(bytes, random)
  if (start.startsWith('\x89UND')) return mutateSealed(bytes, 8, random)

  if (start.startsWith('\x89HDF')) return await mutateHdf5(bytes, random)
  if (start.startsWith('PAR1')) return mutateFooter(bytes, random)
  if (start.startsWith('{') || start.startsWith('[')) return mutateJson(bytes, random)
  if (start.startsWith('episode,')) return mutateCsv(bytes, random)
  if (bytes.length > 33 && bytes.subarray(24, 33).every((byte) => byte === 0))
    return mutateDemo(bytes, random)
  return mutateBytes(bytes, random)
}

async function mutateZip(bytes: Uint8Array, random: Random): Promise<Uint8Array> {
  const files = await mutateFolder(new Map(Object.entries(unzipSync(bytes))), random)
  return zipSync(Object.fromEntries(files), { level: random.below(2) === 0 ? 0 : 1 })
}

function mutateNpy(bytes: Uint8Array, random: Random): Uint8Array {
  const length = Buffer.from(bytes).readUInt16LE(8)
  const data = bytes.subarray(10 + length)
  if (random.below(3) === 0) return Buffer.concat([bytes.subarray(0, 10 + length), mutateArray(data, random)])
  const header = Buffer.from(bytes.subarray(10, 10 + length)).toString('latin1')
  const sizes = ['0', '1', '4294967296', '9007199254740991', '99999999999999999999', '2147483648', '(', '']
  const types = ['<f4', '<f8', '<i8', '<i4', '|u1', '|b1', '|O', '>f4', '<U9', '__proto__']
  const changed =
    random.below(2) === 0
      ? header.replace(/\d+(?=[,)])/, sizes[random.below(sizes.length)]!)
      : header.replace(/'descr': '[^']*'/, `'descr': '${types[random.below(types.length)]}'`)
  const text = Buffer.from(changed, 'latin1')
  const lengthBytes = Buffer.alloc(2)
  lengthBytes.writeUInt16LE(text.length)
  return Buffer.concat([bytes.subarray(0, 8), lengthBytes, text, data])
}

/** An array of text is JSON; of numbers, some become another, and the length stays. */
function mutateArray(data: Uint8Array, random: Random): Uint8Array {
  if (data[0] === 0x5b) return mutateJson(data, random)
  const changed = Uint8Array.from(data)
  for (let n = 1 + random.below(4); n > 0 && changed.length > 0; n--) {
    changed.fill(
      [0, 1, 127, 255][random.below(4)]!,
      random.below(changed.length),
      random.below(changed.length),
    )
  }
  return changed
}

/** One value or one per line. */
function mutateJson(bytes: Uint8Array, random: Random): Uint8Array {
  const lines = Buffer.from(bytes).toString().trimEnd().split('\n')
  const whole = parsed(lines.join('\n'))
  if (whole !== undefined) return Buffer.from(`${JSON.stringify(mutateValue(whole, random))}`)
  const at = random.below(lines.length)
  const line = parsed(lines[at]!)
  if (line === undefined) return mutateBytes(bytes, random)
  if (random.below(4) === 0) delete (line as Record<string, unknown>).format
  lines[at] = `${JSON.stringify(mutateValue(line, random))}`
  return Buffer.from(lines.join('\n'))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function mutateCsv(bytes: Uint8Array, random: Random): Uint8Array {
  const cell = /("(?:[^"]|"")*"|[^,]*)(?:,|$)/g
  const rows = Buffer.from(bytes)
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => Array.from(`${line},`.matchAll(cell), (match) => match[1]!).slice(0, -1))
  const texts = [
    '',
    'nan',
    'Infinity',
    '-1',
    '1e999',
    '0.5',
    '2147483648',
    'x',
    '"',
    '""',
    '"\n"',
    '\u0000',
    '1'.repeat(999),
  ]
  const at = random.below(rows.length)
  const row = rows[at]!
  const column = random.below(row.length)
  switch (random.below(7)) {
    case 0:
      rows.splice(at, 1)
      break
    case 1:
      rows.splice(at, 0, row)
      break
    case 2:
      for (const each of rows) each.splice(column, 1)
      break
    case 3:
      rows.push(rows.splice(at, 1)[0]!)
      break
    case 4: {
      const withHead = rows.find((each) => each.at(-1)!.startsWith('"{'))
      if (withHead === undefined) break
      const head = withHead.at(-1)!.slice(1, -1).replaceAll('""', '"')
      const value = JSON.stringify(mutateValue(parsed(head), random)) ?? ''
      withHead.splice(-1, 1, `"${value.replaceAll('"', '""')}"`)
      break
    }
    case 5:
      for (const each of rows.slice(1)) each.splice(-1, 1, '')
      row[column] = texts[random.below(texts.length)]!
      break
    default:
      row[column] = texts[random.below(texts.length)]!
  }
  return Buffer.from(rows.map((each) => each.join(',')).join('\n'))
}

/** core/demos/formats/parts/sealed.ts: version, length, SHA-256, deflated msgpack, from byte `at`. */
function mutateSealed(bytes: Uint8Array, at: number, random: Random): Uint8Array {
  const message = inflateRawSync(bytes.subarray(at + 40))
  const changed =
    random.below(2) === 0
      ? mutateBytes(message, random)
      : packr.pack(mutateValue(packr.unpack(message), random))
  const body = deflateRawSync(changed, { level: 1 })
  const header = Buffer.from(bytes.subarray(0, at + 40))
  header.writeUInt32LE(random.below(20) === 0 ? random.nextUint32() : changed.length, at + 4)
  createHash('sha256')
    .update(body)
    .digest()
    .copy(header, at + 8)
  return Buffer.concat([header, body])
}

/** The description of a Parquet file lies at its end, with its length behind it. */
function mutateFooter(bytes: Uint8Array, random: Random): Uint8Array {
  const end = bytes.length - 8
  const footer = end - Buffer.from(bytes).readUInt32LE(end)
  const changed = mutateBytes(bytes.subarray(footer, end), random)
  const tail = Buffer.from(bytes.subarray(end))
  tail.writeUInt32LE(changed.length)
  return Buffer.concat([bytes.subarray(0, footer), changed, tail])
}

/** Unity's recordings: a head of 33 bytes, then messages, then perhaps our sealed heads. */
function mutateDemo(bytes: Uint8Array, random: Random): Uint8Array {
  const head = splitDelimited(bytes.subarray(0, 33))
  const { messages, tail } = splitDelimited(bytes.subarray(33))
  const sealed = tail[0] === 255 && tail.length > 56
  const kind = random.below(sealed ? 8 : 6)
  if (kind === 0 && head.messages[0] !== undefined) {
    head.messages[0] = mutateMessage(head.messages[0], random)
    const start = Buffer.alloc(33)
    start.set(joinDelimited(head.messages.slice(0, 1), new Uint8Array(0)).subarray(0, 33))
    return Buffer.concat([start, bytes.subarray(33)])
  }
  const end = kind < 3 ? new Uint8Array(0) : kind < 6 ? tail : mutateSealed(tail, 16, random)
  if (kind < 6) {
    const at = random.below(messages.length)
    messages[at] = mutateMessage(messages[at]!, random)
  }
  return Buffer.concat([bytes.subarray(0, 33), joinDelimited(messages, end)])
}
