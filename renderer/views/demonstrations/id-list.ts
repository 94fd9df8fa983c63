/** Episode ids in an address: 1-21,25 */

export function formatIds(ids: readonly number[]): string {
  const parts: string[] = []
  const sorted = ids.toSorted((a, b) => a - b)
  for (let i = 0; i < sorted.length; ) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    parts.push(end === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return parts.join(',')
}

export function parseIds(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last] = part.split('-').map(Number)
    if (first === undefined || !Number.isInteger(first) || first < 1) return []
    const length = last !== undefined && Number.isInteger(last) ? last - first + 1 : 1
    return Array.from({ length: Math.max(length, 0) }, (_, index) => first + index)
  })
}
