import { describe, expect, it } from 'vitest'
import { Curriculum } from '../../core/train/curriculum.ts'
import { readEnvironmentParameters } from '../../core/train/environment-parameters.ts'

interface Criteria {
  readonly measure?: 'reward' | 'progress'
  readonly behavior?: string
  readonly threshold: number
  readonly min_lesson_length?: number
  readonly signal_smoothing?: boolean
}

/** Lessons with the values 1, 2, 3, ...; the last has no criteria. */
function curriculum(...criteria: readonly Criteria[]): Curriculum {
  const lessons = [...criteria, null].map((completion, index) => ({
    name: `lesson ${index + 1}`,
    value: index + 1,
    ...(completion === null ? {} : { completion_criteria: { behavior: 'B', ...completion } }),
  }))
  return new Curriculum(parameters({ size: { curriculum: lessons } }), 'B', 1000)
}

const parameters = (section: unknown) => readEnvironmentParameters(section, { file: 'c.yaml', path: [] })
const value = (lessons: Curriculum) => lessons.samplers.size

describe('a curriculum', () => {
  it('goes on by progress, past the threshold and not at it', () => {
    const lessons = curriculum({ measure: 'progress', threshold: 0.5 })
    expect(lessons.advance(500, [])).toEqual([])
    expect(value(lessons)).toEqual({ kind: 'constant', value: 1 })
    expect(lessons.complete).toBe(false)
    expect(lessons.advance(501, [])).toEqual([{ parameter: 'size', lesson: 'lesson 2', number: 1 }])
    expect(value(lessons)).toEqual({ kind: 'constant', value: 2 })
    expect(lessons.settled).toBe(true)
    expect(lessons.advance(1000, [9])).toEqual([])
  })

  it('waits for min_lesson_length episodes, anew in every lesson', () => {
    const criteria = { threshold: 0, min_lesson_length: 3, signal_smoothing: false }
    const lessons = curriculum(criteria, criteria)
    expect(lessons.advance(1, [1, 1])).toEqual([])
    expect(lessons.advance(2, [1])).toHaveLength(1)
    expect(lessons.advance(3, [1, 1])).toEqual([])
    expect(lessons.advance(4, [1])).toHaveLength(1)
    expect(lessons.lessons).toEqual([{ parameter: 'size', lesson: 'lesson 3', number: 2 }])
  })

  it('takes the mean reward of the last episodes', () => {
    const lessons = curriculum({ threshold: 0.9, min_lesson_length: 2, signal_smoothing: false })
    expect(lessons.advance(1, [0, 0])).toEqual([])
    expect(lessons.advance(2, [1])).toEqual([])
    expect(lessons.advance(3, [1])).toHaveLength(1)
  })

  it('smooths: a quarter of the old, three of the new', () => {
    const lessons = curriculum({ threshold: 0.9, min_lesson_length: 1 })
    expect(lessons.advance(1, [1])).toEqual([]) // 0.75
    expect(lessons.advance(2, [])).toEqual([])
    expect(lessons.advance(3, [1])).toHaveLength(1) // 0.9375
  })

  it('counts the behaviour that is trained, and no other', () => {
    const lessons = curriculum({ measure: 'progress', threshold: 0, behavior: 'Other' })
    expect(lessons.advance(999, [1])).toEqual([])
  })

  it('goes on as it would have after saving and loading', () => {
    const make = () =>
      curriculum({ threshold: 0.8, min_lesson_length: 2 }, { threshold: 0.85, min_lesson_length: 2 })
    const [first, second] = [make(), make()]
    for (const reward of [0.5, 1, 1]) first.advance(1, [reward])
    second.load(structuredClone(first.save()))
    for (const reward of [1, 0.9, 0.9, 1]) {
      expect(second.advance(2, [reward])).toEqual(first.advance(2, [reward]))
      expect(second.save()).toEqual(first.save())
    }
    expect(first.complete).toBe(true)
  })

  it('is settled only when nothing is drawn', () => {
    const drawn = { sampler_type: 'uniform', sampler_parameters: {} }
    const lessons = new Curriculum(parameters({ mass: drawn, gravity: 9.81 }), 'B', 10)
    expect([lessons.complete, lessons.settled]).toEqual([true, false])
    expect(lessons.lessons).toEqual([])
    expect(new Curriculum({}, 'B', 10).settled).toBe(true)
  })
})

describe('environment_parameters', () => {
  it.each([
    ['size: many', 'c.yaml: size: expected a number, a sampler or a curriculum', { size: 'many' }],
    [
      'no such sampler',
      'size.sampler_type must be constant, uniform, ',
      { size: { sampler_type: 'beta', sampler_parameters: {} } },
    ],
    ['no sampler_parameters', 'size.sampler_parameters is missing', { size: { sampler_type: 'uniform' } }],
    [
      'ends the wrong way round',
      'size.sampler_parameters.min_value: 2 is greater than max_value 1',
      { size: { sampler_type: 'uniform', sampler_parameters: { min_value: 2 } } },
    ],
    [
      'an interval the wrong way round',
      'intervals: 3 is greater than 2 in [3, 2]',
      { size: { sampler_type: 'multirangeuniform', sampler_parameters: { intervals: [[3, 2]] } } },
    ],
    [
      'a lesson without end',
      'lesson "a" is not the last',
      {
        size: {
          curriculum: [
            { name: 'a', value: 1 },
            { name: 'b', value: 2 },
          ],
        },
      },
    ],
    [
      'progress beyond the run',
      'completion_criteria.threshold: progress is measured from 0 to 1',
      {
        size: {
          curriculum: [
            {
              name: 'a',
              value: 1,
              completion_criteria: { behavior: 'B', measure: 'progress', threshold: 5 },
            },
            { name: 'b', value: 2 },
          ],
        },
      },
    ],
  ])('refuses %s', (_, message, section) => {
    expect(() => parameters(section)).toThrow(message)
  })
})
