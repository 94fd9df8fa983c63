#!/usr/bin/env node
/** Stands in for Python: refuses to make what is asked for, with words that a terminal would obey. */
import { readSync, writeSync } from 'node:fs'

const size = Buffer.alloc(4)
readSync(0, size)
readSync(0, Buffer.alloc(size.readUInt32LE()))
if (process.env.RUDE === 'dies') {
  writeSync(2, `Traceback:\n  ${process.env.SAYS}\n`)
  process.exit(1)
}
const answer = Buffer.from(`\u0001${process.env.SAYS}`)
size.writeUInt32LE(answer.length)
writeSync(1, Buffer.concat([size, answer]))
