/** Environments of other programs. Importing this makes their schemes known. */
import './gym/index.ts'
import './unity/index.ts'

export { checkPython, choosePython, chosenPython } from './gym/interpreter.ts'
