#!/usr/bin/env node
// `node bin/run.js FILE.ts ...` runs a file of this project, whatever the machine's own Node is.
import { isNewEnough, pinnedNode, start } from './node.js'

const [file, ...args] = process.argv.slice(2)
start([...pinnedNode(), ...(isNewEnough() ? [process.execPath] : [])], file, args)
