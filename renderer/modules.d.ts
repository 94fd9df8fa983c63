/** The build of msgpackr that compiles nothing at run time, which the page's policy would refuse. */
declare module 'msgpackr/index-no-eval' {
  export * from 'msgpackr'
}
