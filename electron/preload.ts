/**
 * The bridge between the sandboxed page and the main process: one function per capability, no channel names, no event
 * objects. Bundled into one CommonJS file, as a sandboxed preload script must be.
 */
import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron'
import { type MenuAction, portMessage, type StudioBridge } from '../core/studio/protocol/bridge.ts'
import { channels } from './channels.ts'

declare const window: { postMessage(message: unknown, targetOrigin: string, transfer: unknown[]): void }

// A port cannot pass the context bridge; a message to the own window can carry it.
ipcRenderer.on(channels.port, (event) => window.postMessage(portMessage, '*', [...event.ports]))

const bridge: StudioBridge = {
  shell: 'desktop',
  requestPort: () => ipcRenderer.send(channels.port),
  saveFile: (file) => ipcRenderer.invoke(channels.saveFile, { fileName: file.fileName, bytes: file.bytes }),
  openFiles: (kind) => ipcRenderer.invoke(channels.openFiles, kind),
  onMenu: (listener) => {
    const pass = (_event: IpcRendererEvent, action: MenuAction) => listener(action)
    ipcRenderer.on(channels.menu, pass)
    return () => {
      ipcRenderer.off(channels.menu, pass)
    }
  },
}

contextBridge.exposeInMainWorld('studio', bridge)
