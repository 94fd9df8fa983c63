/** Every function that builds values. */
export * from './ops/convolution.ts'
export * from './ops/elementwise.ts'
export * from './ops/layout.ts'
export * from './ops/linear.ts'
export * from './ops/random.ts'
export * from './ops/reduction.ts'
