/**
 * Compiles kernels.ts (AssemblyScript) and writes the module as base64 to module.ts: node bin/run.js core/tensor/kernels/build.ts
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const SOURCE = 'kernels.ts'

/** @returns the text of module.ts */
export async function buildKernels(): Promise<string> {
  const files = new Map<string, Uint8Array>()
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '--outFile',
      'kernels.wasm',
      '--optimizeLevel',
      '3',
      '--runtime',
      'stub',
      '--importMemory',
      '--initialMemory',
      '0',
      '--enable',
      'simd',
      '--noAssert',
    ],
    {
      readFile: async (name) =>
        name === SOURCE ? await readFile(new URL(SOURCE, import.meta.url), 'utf8') : null,
      writeFile: (name, contents) => {
        files.set(name, contents as Uint8Array)
      },
      listFiles: () => [],
    },
  )
  if (error !== null) throw new Error(`the kernels do not compile: ${error.message}\n${stderr.toString()}`)
  const base64 = Buffer.from(files.get('kernels.wasm')!).toString('base64')
  const lines = base64.match(/.{1,100}/g)!.map((line) => `  '${line}'`)
  return `/** kernels.ts, compiled; written by build.ts. */\nexport const kernelModule =\n${lines.join(' +\n')}\n`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL('module.ts', import.meta.url), await buildKernels())
}
