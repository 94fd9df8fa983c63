/** What systems leave beside the files that a person put there. */

/**
 * Whether a file, or a folder that it lies in, is one of those: '.DS_Store', '._good.demo', '__MACOSX/a.demo'.
 * @param path  with '/'
 */
export function isHidden(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX')
}
