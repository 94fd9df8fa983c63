/** Row `e` of an array of `count` rows, as a view. */
export function rowOf<T extends Float32Array | Int32Array | Uint8Array>(
  array: T,
  count: number,
  e: number,
): T {
  return array.subarray((e * array.length) / count, ((e + 1) * array.length) / count) as T
}
