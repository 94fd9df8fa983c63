/** `python.*`: which interpreter runs Gymnasium environments. */
import { checkPython, choosePython, chosenPython } from '../../remote/index.ts'
import type { Handlers } from '../dispatch.ts'
import type { pythonMethods } from '../protocol/python.ts'

export function pythonHandlers(): Handlers<keyof typeof pythonMethods> {
  const choice = () => ({ chosen: chosenPython(), startedWith: process.env.UNDERSTUDY_PYTHON || null })
  return {
    'python.get': choice,
    'python.choose': async ({ command }) => {
      const report = await checkPython(command)
      choosePython(command)
      return { ...report, packages: { ...report.packages } }
    },
    'python.forget': () => {
      choosePython(null)
      return choice()
    },
  }
}
