/** Files beside the line to the host: streams to and from the page's own origin, in the browser and in the window. */
import type { File, FileKind, Upload } from '../../core/studio/protocol.ts'
import { HostError } from './host-error.ts'
import { credentials } from './session.ts'

/** Lays a file out for the host, for one call. @throws HostError */
export async function sendFile(file: globalThis.File): Promise<Upload> {
  const headers = { ...credentials(), 'content-type': 'application/octet-stream' }
  const response = await reach(`${file.name} could not be uploaded`, '/files', {
    method: 'POST',
    headers,
    body: file,
  })
  const { id } = await response.json()
  return { name: file.name, id }
}

/** The content of a file that the host has answered with; it can be fetched once. @throws HostError */
export async function fetchFile({ fileName, mediaType, id }: File): Promise<Blob> {
  const response = await reach(`${fileName} could not be downloaded`, `/files/${id}`, {
    headers: credentials(),
  })
  return new Blob([await response.blob()], { type: mediaType })
}

/** Hands a file to the person. @returns false when they cancelled */
export async function saveFile(file: File): Promise<boolean> {
  return saveBlob(file.fileName, await fetchFile(file))
}

/** The native dialog in the desktop window, a download in the browser. @returns false when the person cancelled */
export async function saveBlob(fileName: string, content: Blob): Promise<boolean> {
  if (window.studio !== undefined) {
    return window.studio.saveFile({ fileName, bytes: new Uint8Array(await content.arrayBuffer()) })
  }
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
  return true
}

/** Lets the person choose files to import, of a kind first; empty when they cancelled. */
export async function chooseFiles(kind: FileKind): Promise<readonly globalThis.File[]> {
  if (window.studio !== undefined) {
    const files = await window.studio.openFiles(kind)
    return files.map(({ name, bytes }) => new window.File([bytes as Uint8Array<ArrayBuffer>], name))
  }
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.accept = kind.extensions.join(',')
  const chosen = new Promise<readonly globalThis.File[]>((resolve) => {
    input.onchange = () => resolve([...(input.files ?? [])])
    input.oncancel = () => resolve([])
  })
  input.click()
  return chosen
}

/** @param failure  what did not come about when the host cannot be reached */
async function reach(failure: string, path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch {
    // Also what a browser makes of a file that has changed or gone since it was chosen.
    throw new HostError({ kind: 'connection', message: failure, remedy: 'Try again.' })
  }
  if (response.ok) return response
  const told = (await response.json().catch(() => null)) as { error?: string; remedy?: string | null } | null
  throw new HostError({ kind: 'user', message: told?.error ?? failure, remedy: told?.remedy ?? null })
}
