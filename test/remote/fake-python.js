#!/usr/bin/env node
/**
 * Stands in for Python running serve.py, so that the tests need npm alone: speaks its protocol and hosts made-up
 * environments, which their ids name.
 */
import { readSync, writeSync } from 'node:fs'

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const COUNT_LENGTH = 6
const THRESHOLD = 5

function read(bytes) {
  const buffer = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; ) {
    const got = readSync(0, buffer, at, bytes - at)
    if (got === 0) process.exit(0)
    at += got
  }
  return buffer
}

function answer(failed, body) {
  const head = Buffer.alloc(5)
  head.writeUInt32LE(1 + body.length)
  head[4] = failed
  // In two writes, so that an answer may come in pieces.
  writeSync(1, head)
  writeSync(1, body)
}

function request() {
  return read(read(4).readUInt32LE())
}

/**
 * Counts its steps beside the seed. Count: action 1 earns a point; Slide: the continuous actions do; Together: as many points
 * as steps were asked for at once; Blind: as Count, and its renderer ends the process.
 */
class Count {
  reset(seed) {
    this.seed = seed
    this.steps = 0
    this.reward = 0
  }

  step(body, together) {
    this.steps++
    this.reward = {
      Count: () => (kwargs.nan === this.steps ? Number.NaN : body.readInt32LE(0)),
      Blind: () => body.readInt32LE(0),
      Slide: () => body.readFloatLE(0) + body.readFloatLE(4),
      Together: () => together,
    }[kind]()
    return this.reward
  }

  outcome(reward) {
    const bytes = Buffer.alloc(11)
    bytes.writeDoubleLE(reward)
    bytes[8] = Number(kind !== 'Slide' && this.steps === COUNT_LENGTH)
    bytes[9] = Number(kind === 'Slide' && this.steps === COUNT_LENGTH)
    bytes[10] = kind === 'Slide' ? Number(this.steps > 3) : 2
    return bytes
  }

  observation() {
    return Buffer.from(Float32Array.of(this.seed % 1000, this.steps).buffer)
  }
}

const { id, kwargs, draws } = JSON.parse(request().toString())
const kind = id.replace(/-v\d+$/, '')
if (kind === 'NoGym') {
  answer(1, Buffer.from('missing: gymnasium'))
  process.exit(1)
}
if (kind === 'Unknown') {
  answer(1, Buffer.from("Environment `Unknown` doesn't exist."))
  process.exit(0)
}
const slides = kind === 'Slide'
answer(
  0,
  Buffer.from(
    JSON.stringify({
      observations: [
        { name: 'observation', shape: [2], description: `seed and   step ${JSON.stringify(kwargs)}` },
      ],
      continuous: slides ? 2 : 0,
      units: {
        ranges: slides
          ? [
              [-1, 1],
              [-1, 1],
            ]
          : [],
        starts: slides ? [] : [0],
      },
      discrete: slides ? [] : [2],
      notes: kwargs.open ? ['Its actions are open.'] : [],
      draws: !slides,
      maxEpisodeSteps: COUNT_LENGTH,
      rewardThreshold: slides ? null : THRESHOLD,
      framesPerSecond: slides ? null : 50,
      gymnasium: '0',
    }),
  ),
)
const actionBytes = slides ? 8 : 4
const environments = [new Count()]
for (;;) {
  const all = request()
  const body = all.subarray(1)
  const what = String.fromCharCode(all[0])
  const environment = environments[body.length === 0 ? 0 : body.readUInt32LE(0)]
  if (what === 'A') {
    environments.push(new Count())
    answer(0, Buffer.alloc(0))
  } else if (what === 'R') {
    environment.reset(body.readDoubleLE(4))
    answer(0, environment.observation())
  } else if (what === 'S') {
    const outcomes = []
    const together = body.length / (4 + actionBytes)
    for (let at = 0; at < body.length; at += 4 + actionBytes) {
      const one = environments[body.readUInt32LE(at)]
      if (kwargs.crash === one.steps) {
        process.stderr.write('Traceback (most recent call last):\nZeroDivisionError: division by zero\n')
        process.exit(1)
      }
      while (kwargs.hang === one.steps);
      const reward = one.step(body.subarray(at + 4), together)
      if (kwargs.refuse === one.steps) {
        const said = Buffer.from('observation has 1 numbers, its space 2')
        const size = Buffer.alloc(4)
        size.writeUInt32LE(said.length)
        outcomes.push(Buffer.of(1), size, said)
      } else outcomes.push(Buffer.of(0), one.outcome(reward), one.observation())
    }
    answer(0, Buffer.concat(outcomes))
  } else if (what === 'P') {
    environment.reset(body.readDoubleLE(4))
    let sum = 0
    for (let at = 12; at < body.length; at += actionBytes) sum += environment.step(body.subarray(at))
    answer(0, environment.outcome(sum))
  } else if (!draws) answer(0, Buffer.alloc(0))
  else if (kind === 'Blind') process.abort()
  else {
    const size = Buffer.alloc(8)
    size.writeUInt32LE(1, 0)
    size.writeUInt32LE(1, 4)
    answer(0, Buffer.concat([size, Buffer.from(PIXEL, 'base64')]))
  }
}
