/** Names of the few messages between page and main process; shared with the preload script. */
export const channels = {
  /** page -> main; answered by the same channel with a port. */
  port: 'studio:port',
  /** page -> main, with an answer. */
  saveFile: 'studio:save-file',
  openFiles: 'studio:open-files',
  /** main -> page */
  menu: 'studio:menu',
} as const
