import { archives } from './archives.ts'
import { arrows } from './arrow.ts'
import type { Bomb } from './bomb.ts'
import { demos } from './demo.ts'
import { hdf5s } from './hdf5.ts'
import { messages } from './messages.ts'
import { parquets } from './parquet.ts'
import { texts } from './texts.ts'

export { yamls } from './yaml.ts'

export const BOMBS: readonly Bomb[] = [
  ...archives,
  ...messages,
  ...texts,
  ...demos,
  ...parquets,
  ...arrows,
  ...hdf5s,
]
