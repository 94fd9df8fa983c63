/** Native dialogs for saving and importing. Paths never reach the page: it gives and gets names and bytes. */
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { BrowserWindow, Dialog } from 'electron'
import { z } from 'zod'
import { writeAtomically } from '../core/atomic-file.ts'

const maxFileBytes = 512 * 1024 * 1024

const savedFile = z.strictObject({
  fileName: z.string().min(1).max(200),
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.byteLength <= maxFileBytes),
})

const fileKind = z.strictObject({
  name: z.string().min(1).max(100),
  extensions: z
    .array(z.string().regex(/^(\.[a-z0-9_-]{1,20}){1,3}$/))
    .min(1)
    .max(100),
})

export class FileDialogs {
  readonly #dialog: Dialog
  /** Electron starts in Downloads every time; people expect the folder they used last. */
  #folder: string

  constructor(dialog: Dialog, folder: string) {
    this.#dialog = dialog
    this.#folder = folder
  }

  /** @returns false when the person cancelled */
  async save(window: BrowserWindow, request: unknown): Promise<boolean> {
    const { fileName, bytes } = savedFile.parse(request)
    const { canceled, filePath } = await this.#dialog.showSaveDialog(window, {
      // Whatever the page calls the file, it proposes a name and no place.
      defaultPath: join(this.#folder, basename(fileName.replaceAll('\\', '/'))),
    })
    if (canceled || filePath === '') return false
    this.#folder = dirname(filePath)
    await writeAtomically(filePath, [bytes])
    return true
  }

  /** @param request  what is to be shown first; the host knows which formats there are, and tells the page */
  async open(window: BrowserWindow, request: unknown): Promise<{ name: string; bytes: Uint8Array }[]> {
    const { name, extensions } = fileKind.parse(request)
    const { canceled, filePaths } = await this.#dialog.showOpenDialog(window, {
      defaultPath: this.#folder,
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name, extensions: lastParts(extensions) },
        { name: 'All files', extensions: ['*'] },
      ],
    })
    const [first] = filePaths
    if (canceled || first === undefined) return []
    this.#folder = dirname(first)
    return Promise.all(filePaths.map(readBounded))
  }
}

/** Dialogs know no extension of two parts. */
function lastParts(extensions: readonly string[]): string[] {
  return [...new Set(extensions.map((extension) => extension.slice(extension.lastIndexOf('.') + 1)))]
}

async function readBounded(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const { size } = await stat(path)
  if (size > maxFileBytes) throw new Error(`${basename(path)} is larger than 512 MB`)
  return { name: basename(path), bytes: await readFile(path) }
}
