/** The URL of the module `name` beside the module `from`, in the sources (.ts) and in the build (.js) alike. */
export function besides(from: string, name: string): URL {
  return new URL(`./${name}.${from.endsWith('.ts') ? 'ts' : 'js'}`, from)
}
