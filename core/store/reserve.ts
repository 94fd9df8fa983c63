/**
 * Space that is kept for deleting. SQLite writes before it frees, so that on a full disk nothing could be deleted without it:
 * a file beside the database that is given up when it is needed, and filled again once there is room.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createPrivateFile } from './private-files.ts'
import { freeBytes } from './scratch.ts'

const RESERVE_BYTES = 2 ** 20

/** What SQLite needs beside the database to open it for writing, with room to spare. */
const OPENING_BYTES = 2 ** 17

/** A disk with less is as good as full. */
const ROOM = 4

function reserveFile(database: string): string {
  return join(dirname(database), 'library.reserve')
}

/** Random bytes, because a file system that compresses or has no use for zeros would keep nothing free. */
export function fillReserve(database: string): void {
  const file = reserveFile(database)
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) >= RESERVE_BYTES) return
  try {
    if (freeBytes(dirname(database)) < ROOM * RESERVE_BYTES) return
    createPrivateFile(file)
    const descriptor = openSync(file, 'r+')
    try {
      writeSync(descriptor, randomBytes(RESERVE_BYTES))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // It is a precaution: a library without it works just as well until the disk is full.
    rmSync(file, { force: true })
  }
}

/** Gives up what opening takes and keeps the rest. @returns whether there was anything to give up */
export function releaseForOpening(database: string): boolean {
  const file = reserveFile(database)
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size <= OPENING_BYTES) return false
  const descriptor = openSync(file, 'r+')
  try {
    ftruncateSync(descriptor, size - OPENING_BYTES)
  } finally {
    closeSync(descriptor)
  }
  return true
}

/** Gives up all of it. @returns whether there was anything to give up */
export function releaseReserve(database: string): boolean {
  const file = reserveFile(database)
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return false
  rmSync(file, { force: true })
  return true
}
