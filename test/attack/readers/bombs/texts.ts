/** JSON Lines and CSV. */
import { type Bomb, nested } from './bomb.ts'

const line = '{"format":"understudy-episode","version":1,'

export const texts: readonly Bomb[] = [
  {
    name: 'a million brackets.jsonl',
    make: () => Buffer.from(nested(1_000_000)),
    says: /line 1: expected an object, found a list/,
  },
  {
    name: 'a million brackets inside.jsonl',
    make: () => Buffer.from(`${line}"environment":${nested(1_000_000)}}`),
    says: /line 1, environment/,
  },
  {
    name: 'a format of brackets.jsonl',
    make: () => Buffer.from(`{"format":${nested(500_000)}}`),
    says: /line 1, format: expected "understudy-episode", found a list/,
  },
  {
    name: 'one long word.jsonl',
    make: () => Buffer.from(`${line}"note":"${'x'.repeat(20_000_000)}"}`),
    says: /line 1/,
  },
  {
    name: 'a million keys.jsonl',
    make: () => Buffer.from(`${line}${Array.from({ length: 1_000_000 }, (_, i) => `"${i}":0`).join(',')}}`),
    says: /line 1/,
  },
  { name: 'a prototype.jsonl', make: () => Buffer.from(`${line}"__proto__":{"seed":1}}`), says: /line 1/ },
  {
    name: 'nothing but newlines.jsonl',
    make: () => Buffer.from('\n'.repeat(3_000_000)),
    says: /expected at least one episode|takes more than/,
  },
  {
    name: 'a million columns.csv',
    make: () => Buffer.from(`episode,step,${Array.from({ length: 1_000_000 }, (_, i) => `c${i}`)}\n1,1\n`),
    says: /line 2|Invalid Record Length|takes more than/,
  },
  {
    name: 'a quote that never ends.csv',
    make: () => Buffer.from(`episode,step,reward\n0,0,"${'x\n'.repeat(2_000_000)}`),
    says: /row of comma-separated values/,
  },
  {
    name: 'an environment of columns.csv',
    make: () => {
      const shapes = Array(8).fill('{""name"":""a"",""shape"":[9999,9999,9999]}').join(',')
      const environment = `{""id"":""x"",""version"":1,""parameters"":{},""observations"":[${shapes}],""action"":{""continuous"":0,""discrete"":[]}}`
      const rest =
        '""seed"":1,""player"":{""name"":""x"",""kind"":""agent""},""startedAtUs"":1,""terminated"":true,""truncated"":false,""success"":true,""tags"":[],""note"":"""",""rating"":0'
      return Buffer.from(
        `episode,step,reward,episode_json\n0,0,1,"{""environment"":${environment},${rest}}"\n`,
      )
    },
    says: /header: expected \d+ columns of observations and actions, found 4/,
  },
]
