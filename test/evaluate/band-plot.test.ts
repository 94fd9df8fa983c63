import { describe, expect, it } from 'vitest'
import { bandPlot } from '../../core/evaluate/index.ts'
import { logTicks } from '../../core/evaluate/svg.ts'

const BASE = { title: 'T', words: 'bubbles per level', human: null }
const points = (svg: string, shape: 'polyline' | 'polygon') =>
  new RegExp(`<${shape} points="([^"]*)"`)
    .exec(svg)![1]!
    .split(' ')
    .map((pair) => pair.split(',').map(Number))

describe('a plot of means and intervals', () => {
  it('keeps the last score of a run that has ended', () => {
    const curves = [
      { steps: [100, 200, 300], scores: [30, 20, 10] },
      { steps: [100, 200], scores: [30, 10] },
    ]
    const svg = bandPlot({ ...BASE, bands: [{ label: 'a', curves }] })
    const [first, second, third] = points(svg, 'polyline')
    // Means 30, 15, 10: the scale is linear, and y grows downwards.
    expect(third![1]! - first![1]!).toBeCloseTo((20 / 15) * (second![1]! - first![1]!), 1)
    expect(second![0]! - first![0]!).toBeCloseTo(third![0]! - second![0]!, 5)
  })

  it('is as narrow as one run where all runs are the same', () => {
    const curve = { steps: [100, 200], scores: [3, 4] }
    const svg = bandPlot({ ...BASE, bands: [{ label: 'a', curves: [curve, curve] }] })
    const line = points(svg, 'polyline')
    expect(points(svg, 'polygon')).toEqual([...line, ...line.toReversed()])
  })

  it('has equal distances for equal factors on a logarithmic axis', () => {
    const curves = [{ steps: [100, 1_000, 10_000], scores: [1, 2, 3] }]
    const [a, b, c] = points(
      bandPlot({ ...BASE, logSteps: true, bands: [{ label: 'a', curves }] }),
      'polyline',
    )
    expect(b![0]! - a![0]!).toBeCloseTo(c![0]! - b![0]!, 5)
  })

  it('says so when there is nothing to show', () => {
    expect(bandPlot({ ...BASE, bands: [{ label: 'a', curves: [{ steps: [], scores: [] }] }] })).toContain(
      'No episode',
    )
  })

  it('has ticks of 1, 2 and 5 times a power of ten around the values', () => {
    expect(logTicks(300, 45_000)).toEqual([200, 500, 1000, 2000, 5000, 10000, 20000, 50000])
    expect(logTicks(1_000, 1_000)).toEqual([1000, 2000])
  })
})
