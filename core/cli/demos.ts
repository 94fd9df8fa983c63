/** `understudy demos`: the library's episodes on the command line. */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import { registerEdit } from './demos/edit.ts'
import { registerList } from './demos/list.ts'
import { registerRescue } from './demos/rescue.ts'
import { registerShow } from './demos/show.ts'
import { registerTransfer } from './demos/transfer.ts'
import { registerVerify } from './demos/verify.ts'

export function register(program: Command, context: CliContext): void {
  const demos = program.command('demos').description('list, show, import, export and check demonstrations')
  registerList(demos, context)
  registerShow(demos, context)
  registerTransfer(demos, context)
  registerEdit(demos, context)
  registerVerify(demos, context)
  registerRescue(demos, context)
}
