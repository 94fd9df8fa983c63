/** Numbers and times as people read them. */
import { counted } from '../../core/studio/protocol.ts'

export { counted, episodeWord, percent, scoreWords } from '../../core/studio/protocol.ts'

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const hundredths = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const recently = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const longAgo = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** 4,120 */
export function count(value: number): string {
  return whole.format(value)
}

/** A mean score: 22.8, or 0.93 where a tenth is coarse. */
export function score(value: number): string {
  return Math.abs(value) < 2 ? hundredths.format(value) : tenths.format(value)
}

/** One episode's score: 17 bubbles, 0.93 points. */
export function oneScore(value: number): string {
  return Number.isInteger(value) ? whole.format(value) : hundredths.format(value)
}

/** "22.8 (21.4 to 24.3)", or "22.8 (n = 1)" when one play bounds nothing. */
export function interval(sample: {
  n: number
  mean: number
  low: number | null
  high: number | null
}): string {
  if (sample.low === null || sample.high === null) return `${score(sample.mean)} (n = ${sample.n})`
  return `${score(sample.mean)} (${score(sample.low)} to ${score(sample.high)})`
}

/** Of episodes, by whether the goal was reached. */
export function won(success: boolean | null): string {
  return success === null ? 'goal unknown' : success ? 'won' : 'not won'
}

/** 0:41, 12:05, 1:02:09 */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds))
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const padded = String(rest).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${padded}` : `${minutes}:${padded}`
}

/** Below this a time is the place of an episode in a file that had none. */
const FIRST_TIME_US = 100_000

/** "21 Nov, 14:05" this year, "1 Jan 2020" before. */
export function moment(timeUs: number): string {
  if (timeUs < FIRST_TIME_US) return 'time unknown'
  const time = new Date(timeUs / 1000)
  return time.getFullYear() === new Date().getFullYear() ? recently.format(time) : longAgo.format(time)
}

/** 512 bytes, 3.4 MB, 12 GB */
export function size(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte')
  const [unit, per] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9]
  const value = bytes / (per as number)
  return `${value < 10 ? tenths.format(value) : whole.format(value)} ${unit}`
}

/** What the host says, which begins with a small letter, as a sentence; names stay as they are. */
export function sentence(text: string): string {
  return /^[a-z]+[ ,]/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text
}
