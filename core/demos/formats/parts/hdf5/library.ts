/**
 * The HDF5 library (h5wasm: libhdf5 compiled to WebAssembly). For worker threads only: it is one large synchronous piece
 * of C, which a damaged file may bring to loop, to trap or to want all the memory there is.
 *
 * h5wasm's classes ignore the status that libhdf5 returns, so a chunk that cannot be unpacked would pass as whatever lay in
 * memory; the functions below them are used instead. Its build for browsers is taken, not that for Node, because its
 * files lie in memory only.
 */

/** The part of h5wasm's module in use. Pointers are addresses in its memory; a negative status is a failure. */
export interface Library {
  readonly HEAPU8: Uint8Array<ArrayBuffer>
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void
    readFile(path: string): Uint8Array<ArrayBuffer>
  }
  readonly H5F_ACC_RDONLY: number
  readonly H5F_ACC_TRUNC: number
  readonly H5F_LIBVER_EARLIEST: number
  readonly H5F_LIBVER_V110: number
  readonly H5G_GROUP: number
  readonly H5G_DATASET: number
  readonly H5G_TYPE: number
  readonly H5T_class_t: Readonly<
    Record<'H5T_INTEGER' | 'H5T_FLOAT' | 'H5T_STRING' | 'H5T_COMPOUND', { readonly value: number }>
  >
  /** 0 when there is no room */
  _malloc(bytes: number): number
  _free(pointer: number): void
  UTF8ToString(pointer: number): string

  /** @returns a negative number when it is no HDF5 file */
  open(path: string, mode: number, trackOrder?: boolean, oldest?: number, newest?: number): bigint
  close_file(file: bigint): number
  get_names(file: bigint, path: string, recursive: boolean): string[]
  get_type(file: bigint, path: string): number
  get_attribute_names(file: bigint, path: string): string[]
  get_attribute_metadata(file: bigint, path: string, name: string): Metadata
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number
  get_dataset_metadata(file: bigint, path: string): Metadata
  /** @param count  null for all of it */
  get_dataset_data(
    file: bigint,
    path: string,
    count: readonly bigint[] | null,
    offset: readonly bigint[] | null,
    strides: readonly bigint[] | null,
    pointer: bigint,
  ): number
  create_group(file: bigint, path: string): number
  create_attribute(file: bigint, path: string, name: string, pointer: bigint, layout: Layout): number
  create_vlen_str_attribute(
    file: bigint,
    path: string,
    name: string,
    values: readonly string[],
    layout: Layout,
  ): number
  create_dataset(file: bigint, path: string, pointer: bigint, layout: Layout): number
  create_vlen_str_dataset(file: bigint, path: string, values: readonly string[], layout: Layout): number
}

interface ElementType {
  /** One of `H5T_class_t`. */
  readonly type: number
  /** Bytes of an element. */
  readonly size: number
  readonly signed: boolean
  /** A string of any length; its element is a pointer. */
  readonly vlen: boolean
}

/** Of a dataset or an attribute that is there. */
export interface Metadata extends ElementType {
  /** Null when it holds nothing, [] when it is a scalar. */
  readonly shape: readonly number[] | null
  readonly enum_type?: {
    readonly type: number
    readonly nmembers: number
    readonly members: Readonly<Record<string, number>>
  }
  readonly virtual_sources?: unknown
}

/** Of one that is to be made. */
export interface Layout extends ElementType {
  readonly littleEndian: true
  readonly shape: readonly bigint[]
  readonly maxshape: readonly bigint[]
  readonly chunks: readonly bigint[] | null
  /** Of strings: 1 is UTF-8. */
  readonly cset?: number
  readonly compound_type?: {
    readonly nmembers: number
    readonly members: readonly (ElementType & { readonly name: string; readonly offset: number })[]
  }
}

/** The part of the WebAssembly API in use; Node has it, but its type package leaves it to the DOM's. */
interface WasmMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
interface WasmInstance {
  readonly exports: { readonly memory: WasmMemory }
}
declare const WebAssembly: {
  Instance: new (module: object, imports: object) => WasmInstance
  compile(code: Uint8Array): Promise<object>
  instantiate(code: Uint8Array, imports: object): Promise<{ module: object; instance: WasmInstance }>
}

interface FactoryOptions {
  noInitialRun: true
  print: () => void
  printErr: () => void
  instantiateWasm?: (imports: object, receive: (instance: WasmInstance, module: object) => void) => object
}
type Factory = (options: FactoryOptions) => Promise<Library>

/** Compiles the library. @returns makes an instance, with nothing left over from what others have read */
export async function loadLibrary(): Promise<(memoryBytes: number) => Promise<Library>> {
  const script = new URL('./hdf5_util.js', import.meta.resolve('h5wasm'))
  const { default: factory } = (await import(script.href)) as { default: Factory }
  const compiled = await compile(factory)
  return (memoryBytes) =>
    factory({
      ...silent(),
      instantiateWasm: (imports, receive) => {
        const instance = new WebAssembly.Instance(compiled, imports)
        limitMemory(instance.exports.memory, memoryBytes)
        receive(instance, compiled)
        return {}
      },
    })
}

function silent(): FactoryOptions {
  return { noInitialRun: true, print: () => undefined, printErr: () => undefined }
}

/** The code lies within h5wasm's script and is caught on its way to the compiler, which then has to run only once. */
async function compile(factory: Factory): Promise<object> {
  const original = WebAssembly.instantiate
  let compiled: object | undefined
  WebAssembly.instantiate = async (code, imports) => {
    compiled = await WebAssembly.compile(code)
    return { module: compiled, instance: new WebAssembly.Instance(compiled, imports) }
  }
  try {
    await factory(silent())
  } finally {
    WebAssembly.instantiate = original
  }
  if (compiled === undefined) throw new Error('h5wasm did not compile its code by WebAssembly.instantiate')
  return compiled
}

/** The library asks for more memory through this one method, and takes an exception as a failed allocation. */
function limitMemory(memory: WasmMemory, bytes: number): void {
  const grow = memory.grow
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * 65_536 > bytes) throw new RangeError(`more than ${bytes} bytes`)
    return grow.call(memory, pages)
  }
}
