/**
 * Whatever a person's plugin throws is the plugin's, and said to be. The register functions that a plugin finds in
 * 'understudy' put these guards around what it registers; what is built in goes without.
 */
import { DataError, PluginError, UserError } from './errors.ts'

// biome-ignore lint/suspicious/noExplicitAny: a method of whatever kind.
type Method = (this: unknown, ...args: any[]) => unknown

/**
 * The function, whose errors say where they come from.
 * @param where  begins the sentence: 'your algorithm mine, in update'
 */
export function guarded<F extends Method>(work: F, where: () => string): F {
  const guard: Method = function (...args) {
    try {
      const result = work.apply(this, args)
      return result instanceof Promise
        ? result.catch((error: unknown) => throwTheirs(error, where()))
        : result
    } catch (error) {
      return throwTheirs(error, where())
    }
  }
  return guard as F
}

/** Guards every method of an object in place, since it may know itself by other means than `this`. */
export function guardMethods<T extends object>(target: T, whose: string): T {
  for (const [name, method] of methodsOf(target)) {
    replaceMethod(
      target,
      name,
      guarded(method, () => `${whose}, in ${name}`),
    )
  }
  return target
}

/** @throws PluginError, or the error itself where it is one for people already */
export function throwTheirs(error: unknown, where: string): never {
  if (error instanceof UserError || error instanceof DataError) throw error
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) }
  const kind = name === '' || name === 'Error' ? '' : `${name}: `
  throw new PluginError(`${where}: ${kind}${message}`, error)
}

/** Nothing happens where the object is frozen. */
export function replaceMethod(target: object, name: string, method: unknown): void {
  const own = Object.getOwnPropertyDescriptor(target, name)
  if (own?.configurable === false || !Object.isExtensible(target)) return
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true })
}

/** Own and inherited, without the constructor and what every object has. */
function methodsOf(target: object): Map<string, Method> {
  const found = new Map<string, Method>()
  for (let holder = target; holder !== null && holder !== Object.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value === 'function' && name !== 'constructor' && !found.has(name)) found.set(name, value)
    }
    holder = Object.getPrototypeOf(holder)
  }
  return found
}
