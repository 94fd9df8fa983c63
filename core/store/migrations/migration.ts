/** One step of the library's layout. */
export interface Migration {
  /** What `user_version` is afterwards. */
  readonly version: number
  readonly sql: string
}
