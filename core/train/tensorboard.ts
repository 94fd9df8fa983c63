/**
 * The summaries of a run as TensorBoard reads them: `runs/<id>/events.out.tfevents.<unix seconds>.understudy`, one file a
 * session. A file is a row of TFRecords, each a protobuf `Event` (tensorflow/core/util/event.proto):
 *
 *     length of data u64, masked CRC-32C of the length u32, data, masked CRC-32C of the data u32     little-endian
 *
 * The file is only ever appended to and nothing reads it back; the library and the checkpoints are the truth.
 */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs/light.js'
import { metricDefinition } from '../learn/index.ts'
import { explainWriteError } from '../system-errors.ts'
import { crc32c } from './crc32c.ts'
import './trainer-metrics.ts'

/** docs/guide/tensorboard.md says why some that look like a scalar of ML-Agents keep their own names. */
export function tagOf(metric: string): string {
  return metricDefinition(metric).tensorboard ?? metric
}

/** The part of the format that is written here; field numbers are TensorFlow's. */
const EVENT = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: 'double', id: 1 },
        step: { type: 'int64', id: 2 },
        fileVersion: { type: 'string', id: 3 },
        summary: { type: 'Summary', id: 5 },
        sessionLog: { type: 'SessionLog', id: 7 },
      },
    },
    Summary: { fields: { value: { type: 'Value', id: 1, rule: 'repeated' } } },
    Value: {
      fields: { tag: { type: 'string', id: 1 }, simpleValue: { type: 'float', id: 2 } },
      // As in TensorFlow's: without it a value of 0 would not be written, and the point would be none.
      oneofs: { kind: { oneof: ['simpleValue'] } },
    },
    SessionLog: { fields: { status: { type: 'int32', id: 1 } } },
  },
}).lookupType('Event')

/** SessionLog.SessionStatus.START */
const SESSION_START = 1

interface Content {
  readonly fileVersion?: string
  readonly step?: number
  readonly summary?: { readonly value: readonly { readonly tag: string; readonly simpleValue: number }[] }
  readonly sessionLog?: { readonly status: number }
}

export class EventFile {
  readonly path: string

  /**
   * Begins a file behind those of earlier sessions.
   * @param firstStep  what earlier files hold from this step on is superseded: those summaries came after the checkpoint
   *   that this session starts from. TensorBoard drops steps >= that of a START event, so it is one past the
   *   checkpoint's, whose own summary stays.
   * @throws UserError when the folder cannot be written to
   */
  constructor(runDirectory: string, firstStep: number) {
    const start = [
      record({ fileVersion: 'brain.Event:2' }),
      record({ step: firstStep, sessionLog: { status: SESSION_START } }),
    ]
    try {
      this.path = join(runDirectory, unusedName(runDirectory))
      writeFileSync(this.path, Buffer.concat(start), { flag: 'wx' })
    } catch (error) {
      throw explainWriteError(error, runDirectory)
    }
  }

  /**
   * Adds the metrics of a summary as one event. It is with the operating system on return, for TensorBoard to see.
   * @throws UserError when the disk is full
   */
  append(step: number, metrics: Readonly<Record<string, number>>): void {
    const value = Object.entries(metrics).map(([name, simpleValue]) => ({ tag: tagOf(name), simpleValue }))
    try {
      appendFileSync(this.path, record({ step, summary: { value } }))
    } catch (error) {
      throw explainWriteError(error, this.path)
    }
  }
}

/** TensorBoard reads files in the order of their names, so a session of the same second, or of a clock set back, counts on. */
function unusedName(directory: string): string {
  const taken = readdirSync(directory).map((name) =>
    Number(/^events\.out\.tfevents\.(\d+)\.understudy$/.exec(name)?.[1] ?? 0),
  )
  const seconds = Math.max(Math.floor(Date.now() / 1000), ...taken.map((second) => second + 1))
  return `events.out.tfevents.${seconds}.understudy`
}

function record(content: Content): Uint8Array {
  const data = EVENT.encode({ wallTime: Date.now() / 1000, ...content }).finish()
  const bytes = Buffer.alloc(data.length + 16)
  bytes.writeBigUInt64LE(BigInt(data.length), 0)
  bytes.writeUInt32LE(masked(bytes.subarray(0, 8)), 8)
  bytes.set(data, 12)
  bytes.writeUInt32LE(masked(data), 12 + data.length)
  return bytes
}

/** TFRecord's checksum: rotated right by 15 bits and shifted, so that it differs from a CRC found within the data. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}
