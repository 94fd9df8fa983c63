/** Hands a file to the person: the native dialog in the desktop window, a download in the browser. */
import type { File } from '../../core/studio/protocol.ts'

/** @returns false when the person cancelled */
export async function saveFile(file: File): Promise<boolean> {
  if (window.studio !== undefined) {
    return window.studio.saveFile({ fileName: file.fileName, bytes: file.bytes })
  }
  const url = URL.createObjectURL(new Blob([file.bytes as Uint8Array<ArrayBuffer>], { type: file.mediaType }))
  const link = document.createElement('a')
  link.href = url
  link.download = file.fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return true
}

/** Lets the person choose files to import; empty when they cancelled. */
export async function chooseFiles(): Promise<{ name: string; bytes: Uint8Array }[]> {
  if (window.studio !== undefined) return window.studio.openFiles()
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  const chosen = new Promise<readonly globalThis.File[]>((resolve) => {
    input.onchange = () => resolve([...(input.files ?? [])])
    input.oncancel = () => resolve([])
  })
  input.click()
  return readFiles(await chosen)
}

export async function readFiles(
  files: readonly globalThis.File[],
): Promise<{ name: string; bytes: Uint8Array }[]> {
  return Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  )
}
