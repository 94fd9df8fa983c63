/** Configurations. */
export interface TextBomb {
  readonly name: string
  readonly text: string
  readonly says: RegExp
}

const many = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('')
const laughs =
  'a0: &a0 [x,x,x,x,x,x,x,x,x]\n' +
  many(9, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]\n`)
const TOO_MANY = /more than 12000 words and symbols/
const TOO_DEEP = /lists and sections nested more than 10 deep/
const TOO_LONG = /more than 262144 characters/

export const yamls: readonly TextBomb[] = [
  {
    name: 'two hundred thousand keys',
    text: many(200_000, (i) => `k${i}:\n`).slice(0, 999_000),
    says: TOO_LONG,
  },
  { name: 'twenty thousand keys', text: many(20_000, (i) => `k${i}: 1\n`), says: TOO_MANY },
  { name: 'a megabyte of brackets', text: '['.repeat(1_000_000), says: TOO_LONG },
  { name: 'four hundred curly brackets', text: '{'.repeat(400), says: TOO_DEEP },
  { name: 'many shallow ones', text: `a: [${'{{{{{{{{{}}}}}}}}},'.repeat(310)}]`, says: /./ },
  { name: 'lists of lists in a line', text: '- '.repeat(2_000), says: TOO_DEEP },
  { name: 'questions', text: '? '.repeat(2_000), says: TOO_DEEP },
  { name: 'stairs', text: many(500, (i) => `${' '.repeat(i)}a:\n`), says: TOO_DEEP },
  { name: 'a thousand million laughs', text: laughs, says: /Excessive alias count/ },
  {
    name: 'twelve hundred aliases',
    text: `a: &a 1\nb:\n${'- *a\n'.repeat(1_200)}`,
    says: /Excessive alias count/,
  },
  { name: 'a section that holds itself', text: 'a: &a\n  b: *a\n', says: /./ },
  { name: 'commas', text: `a: [${','.repeat(5_900)}]`, says: /Unexpected , in flow sequence/ },
  { name: 'a quote that never ends', text: `a: "${'x\n'.repeat(100_000)}`, says: /Missing closing "quote/ },
  { name: 'ten thousand documents', text: '---\n'.repeat(10_000), says: /./ },
  { name: 'tags', text: `a: ${'!!str '.repeat(3_000)}`, says: /./ },
]
