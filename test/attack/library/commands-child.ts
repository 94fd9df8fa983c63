/** Runs commands of argv[2] in this process, one after the other, and writes what each said and its exit code. */
import { writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { Answer } from './places.ts'

interface Plan {
  readonly commands: readonly (readonly string[])[]
  readonly dir: string
  readonly uid?: number
  readonly umask?: number
  readonly report: string
}

const plan = JSON.parse(process.argv[2]!) as Plan
const { main } = await import('../../../core/cli/main.ts')
// What an unprivileged user might not be allowed to read is loaded before: modules, native ones, the demonstrations' formats.
process.env.SQLITE_USE_URI = '1'
new Database(':memory:').close()
for (const command of new Set(plan.commands.map(([name]) => name)))
  await import(`../../../core/cli/${command}.ts`)
if (plan.umask !== undefined) process.umask(plan.umask)
if (plan.uid !== undefined) process.setuid!(plan.uid)

const answers: Answer[] = []
const streams = [process.stdout, process.stderr] as const
for (const command of plan.commands) {
  const said = ['', '']
  const writes = streams.map((stream) => stream.write)
  streams.forEach((stream, i) => {
    stream.write = ((text: string | Uint8Array, then?: () => void) => {
      said[i] += typeof text === 'string' ? text : Buffer.from(text).toString('latin1')
      if (typeof then === 'function') then()
      return true
    }) as typeof stream.write
  })
  process.exitCode = 0
  const code = await main([...command, '--data', plan.dir])
  streams.forEach((stream, i) => {
    stream.write = writes[i]!
  })
  answers.push({ command: command.join(' '), code, out: said[0]!, err: said[1]! })
}
process.exitCode = 0
writeFileSync(plan.report, JSON.stringify(answers))
