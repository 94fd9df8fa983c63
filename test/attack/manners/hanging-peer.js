#!/usr/bin/env node
/** Stands in for Python: a peer that says, by making the file that HANGING names, that it never answers again. */
import { readSync, writeFileSync, writeSync } from 'node:fs'

const { HANGING, HANGS_AT } = process.env

function request() {
  const size = Buffer.alloc(4)
  if (readSync(0, size) === 0) process.exit(0)
  const body = Buffer.alloc(size.readUInt32LE())
  readSync(0, body)
  return body
}

function hang() {
  writeFileSync(HANGING, String(process.pid))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

request()
if (HANGS_AT === 'make') hang()
const description = Buffer.from(
  `\0${JSON.stringify({
    observations: [{ name: 'observation', shape: [2], description: 'nothing' }],
    continuous: 0,
    discrete: [2],
    notes: [],
    draws: false,
    maxEpisodeSteps: 5,
    rewardThreshold: null,
    framesPerSecond: null,
    gymnasium: '0',
  })}`,
)
const size = Buffer.alloc(4)
size.writeUInt32LE(description.length)
writeSync(1, Buffer.concat([size, description]))
request()
hang()
