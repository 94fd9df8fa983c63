/** Parquet in a LeRobotDataset: thrift whose every number is chosen. */
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Bomb, json } from './bomb.ts'
import { folder } from './deflate.ts'

/** A struct: fields by number, each already encoded with its type. */
type Field = readonly [id: number, type: number, bytes: Uint8Array]

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.of(...bytes, Number(rest))
}
const integer = (id: number, value: number): Field => [id, 6, varint(BigInt(value) * 2n)]
const text = (id: number, value: string): Field => [
  id,
  8,
  Buffer.concat([varint(BigInt(value.length)), Buffer.from(value)]),
]
const inner = (id: number, ...fields: Field[]): Field => [id, 12, struct(...fields)]
const list = (id: number, items: readonly Uint8Array[]): Field => [
  id,
  9,
  Buffer.concat([Uint8Array.of(0xfc), varint(BigInt(items.length)), ...items]),
]
function struct(...fields: Field[]): Uint8Array {
  const parts = fields.flatMap(([id, type, bytes]) => [Uint8Array.of(type), varint(BigInt(id) * 2n), bytes])
  return Buffer.concat([...parts, Uint8Array.of(0)])
}

const INT64 = 2
const REPEATED = 2
const [GZIP, ZSTD] = [2, 6]

const leaf = (name: string, ...more: Field[]): Uint8Array =>
  struct(integer(1, INT64), integer(3, 0), text(4, name), ...more)

interface Column {
  readonly pages: Uint8Array
  readonly values: number
  readonly codec?: number
  readonly groups?: number
  readonly schema?: readonly Uint8Array[]
}

/** A file of one column, `episode_index`, whose pages all row groups share. */
function parquet({
  pages,
  values,
  codec = 0,
  groups = 1,
  schema = [leaf('episode_index')],
}: Column): Uint8Array {
  const root = struct(text(4, 'schema'), integer(5, 1))
  const chunk = struct(
    inner(
      3,
      integer(1, INT64),
      integer(4, codec),
      integer(5, values),
      integer(7, pages.length),
      integer(9, 4),
    ),
  )
  const group = struct(list(1, [chunk]), integer(3, values))
  const footer = struct(
    integer(1, 2),
    list(2, [root, ...schema]),
    integer(3, values * groups),
    list(4, Array<Uint8Array>(groups).fill(group)),
  )
  return withFooter(pages, footer)
}

function withFooter(pages: Uint8Array, footer: Uint8Array, length = footer.length): Uint8Array {
  const end = Buffer.alloc(4)
  end.writeUInt32LE(length)
  return Buffer.concat([Buffer.from('PAR1'), pages, footer, end, Buffer.from('PAR1')])
}

/** @param size  that the page claims to become */
function page(type: 'data' | 'dictionary', values: number, size: number, body: Uint8Array): Uint8Array {
  const described =
    type === 'data'
      ? inner(5, integer(1, values), integer(2, 0), integer(3, 3), integer(4, 3))
      : inner(7, integer(1, values), integer(2, 0))
  const header = struct(
    integer(1, type === 'data' ? 0 : 2),
    integer(2, size),
    integer(3, body.length),
    described,
  )
  return Buffer.concat([header, body])
}

const dataset = (data: Uint8Array): Uint8Array =>
  folder({
    'meta/info.json': json({ codebase_version: 'v3.0', features: {} }),
    'data/chunk-000/file-000.parquet': data,
  })

const bomb = (name: string, says: RegExp, make: () => Uint8Array): Bomb => ({
  name: `${name}.zip`,
  says,
  make: () => dataset(make()),
})

export const parquets: readonly Bomb[] = [
  bomb('lists of nothing', /more than \d+ values|two million/, () => {
    const levels = Uint8Array.of(5, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f)
    const schema = [leaf('episode_index', integer(3, REPEATED))]
    return parquet({ pages: page('data', 2 ** 31 - 1, 18, levels), values: 2 ** 31 - 1, schema })
  }),
  bomb('two million lists of nothing', /content|rows|pages of values|numbers|data/, () => {
    const levels = Uint8Array.of(5, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0)
    const both = Buffer.concat([levels, levels])
    const schema = [leaf('episode_index', integer(3, REPEATED))]
    return parquet({ pages: page('data', 2 ** 21, both.length, both), values: 2 ** 21, schema })
  }),
  bomb('a page of a gigabyte', /pages of more than \d+ bytes/, () => {
    const body = gzipSync(new Uint8Array(1000))
    return parquet({ pages: page('data', 1000, 2 ** 30, body), values: 1000, codec: GZIP })
  }),
  bomb('a page of zstd', /pages of more than \d+ bytes/, () => {
    const body = zstdCompressSync(new Uint8Array(64 * 2 ** 20))
    return parquet({ pages: page('data', 1000, 64 * 2 ** 20, body), values: 1000, codec: ZSTD })
  }),
  bomb('a thousand dictionaries', /a second dictionary|pages of more than/, () => {
    const one = page('dictionary', 1000, 8000, gzipSync(new Uint8Array(8000)))
    return parquet({ pages: Buffer.concat(Array<Uint8Array>(1000).fill(one)), values: 1000, codec: GZIP })
  }),
  bomb('row groups that share their pages', /columns that overlap/, () => {
    const pages = page('data', 2000, 16_000, gzipSync(new Uint8Array(16_000)))
    return parquet({ pages, values: 2000, codec: GZIP, groups: 1000 })
  }),
  bomb('a schema of nothing', /a schema that does not add up/, () => {
    const schema = [struct(text(4, 'a'), integer(5, 2 ** 31 - 1))]
    return parquet({ pages: new Uint8Array(1), values: 1, schema })
  }),
  bomb('structs in structs', /nested more than 16 deep/, () =>
    withFooter(new Uint8Array(0), new Uint8Array(100_000).fill(0x1c)),
  ),
  bomb('a list of a thousand million', /a list of \d+ elements/, () =>
    withFooter(new Uint8Array(0), Buffer.concat([Uint8Array.of(0x29, 0xfc), varint(10n ** 9n)])),
  ),
  bomb('a footer of four gigabytes', /footer: expected 4294967295 bytes/, () =>
    withFooter(new Uint8Array(0), new Uint8Array(10), 0xffffffff),
  ),
]
