import { faultsOf, golden, type Mutant } from './mutant.ts'

export const otherAlgorithms: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/algorithms/ppo.ts',
    [golden],
    [
      {
        what: 'the policy moves while it is held',
        find: 'learners = held ? adams.slice(1) : adams',
        replace: 'learners = adams',
        tests: ['test/learn/on-policy/critic-first.test.ts'],
      },
      {
        what: 'the bonus for entropy does not fall',
        find: "update.scalar('beta', () => schedule.beta(steps.value))",
        replace: "update.scalar('beta', () => h.beta)",
      },
      {
        what: 'the clip does not narrow',
        find: 'epsilon = held ? UNBOUNDED : schedule.epsilon(steps.value)',
        replace: 'epsilon = held ? UNBOUNDED : h.epsilon',
      },
      {
        what: 'values are free although they are to be clipped',
        find: "near: h.value_clip === 'none' ? null : near()",
        replace: 'near: null',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/clipped-objective.ts',
    [golden, 'test/learn/algorithms/clipped-objective.test.ts'],
    [
      {
        what: 'no clip',
        find: 'minimum(mul(ratio, advantage), mul(bounded, advantage))',
        replace: 'mul(ratio, advantage)',
      },
      {
        what: 'the greater of both objectives',
        find: 'minimum(mul(ratio, advantage), mul(bounded, advantage))',
        replace: 'maximum(mul(ratio, advantage), mul(bounded, advantage))',
      },
      {
        what: 'the clipped objective alone',
        find: 'minimum(mul(ratio, advantage), mul(bounded, advantage))',
        replace: 'mul(bounded, advantage)',
      },
      {
        what: 'the ratio upside down',
        find: 'exp(sub(logPi, oldLogPi))',
        replace: 'exp(sub(oldLogPi, logPi))',
      },
      {
        what: 'no lower bound of the ratio',
        find: 'minimum(maximum(ratio, sub(1, epsilon)), add(epsilon, 1))',
        replace: 'minimum(ratio, add(epsilon, 1))',
      },
      {
        what: 'the bonus for entropy is inverted',
        find: 'mul(mul(mean(entropy), beta), -1)',
        replace: 'mul(mean(entropy), beta)',
      },
      {
        what: 'the value loss counts twice',
        find: 'mul(valueLoss, 0.5)',
        replace: 'valueLoss',
      },
      {
        what: 'the smaller of both value errors',
        find: 'errors = maximum(errors, square(',
        replace: 'errors = minimum(errors, square(',
      },
      {
        what: 'the entropy of a Gaussian without its half',
        find: '0.5 * Math.log(2 * Math.PI * Math.E)',
        replace: '0.5 * Math.log(2 * Math.PI)',
      },
      {
        what: 'masks are ignored',
        find: 'maskedLogSoftmax(l, masks[g]!)',
        replace: 'maskedLogSoftmax(l, null)',
      },
      {
        what: 'the variance of returns for their deviation',
        find: 'return Math.sqrt(squares / length)',
        replace: 'return squares / length',
      },
      {
        what: 'gradients of policy and critic are bounded apart',
        find: 'Adam.stepTogether(adams, MAX_NORM)',
        replace: 'for (const adam of adams) adam.step({ maxNorm: MAX_NORM })',
      },
      {
        what: 'schedules fall at once',
        find: 'from + (to - from) * Math.min(1, steps / maxSteps)',
        replace: 'from + (to - from) * Math.min(1, steps)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/es.ts',
    [golden, 'test/learn/algorithms/es.test.ts'],
    [
      {
        what: 'ranks run the wrong way',
        find: 'values[a]! - values[b]!',
        replace: 'values[b]! - values[a]!',
      },
      {
        what: 'the pair is added up',
        find: 'shaped[2 * i]! - shaped[2 * i + 1]!',
        replace: 'shaped[2 * i]! + shaped[2 * i + 1]!',
      },
      {
        what: 'the estimate is descended',
        find: 'const scale = -1 / (n * h.noise_std)',
        replace: 'const scale = 1 / (n * h.noise_std)',
      },
      {
        what: 'the deviation of the noise does not divide',
        find: 'const scale = -1 / (n * h.noise_std)',
        replace: 'const scale = -1 / n',
      },
      {
        what: 'weights decay away from zero',
        find: '+ h.weight_decay * values[j]!',
        replace: '- h.weight_decay * values[j]!',
      },
      {
        what: 'both of a pair are perturbed the same way',
        find: 'task[e]! % 2 === 0 ? h.noise_std : -h.noise_std',
        replace: 'h.noise_std',
      },
      {
        what: 'equal values get the lowest of their ranks',
        find: '(from + to - 1) / 2 / (values.length - 1)',
        replace: 'from / (values.length - 1)',
      },
      {
        what: 'longer evaluations earn more',
        find: 'earned[e]! / finished[e]!',
        replace: 'earned[e]!',
      },
      {
        what: 'what a lost episode earned is kept',
        find: 'earned[environment] = played[environment] = finished[environment] = 0',
        replace: 'played[environment] = finished[environment] = 0',
      },
      {
        what: 'the strength of the reward is left out',
        find: 'earned[e]! + strength * step.rewards[e]!',
        replace: 'earned[e]! + step.rewards[e]!',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/bc.ts',
    [golden, 'test/learn/algorithms/bc.test.ts'],
    [
      {
        what: 'weights do not decay',
        find: 'weightDecay: h.weight_decay',
        replace: 'weightDecay: 0',
      },
      {
        what: 'the entropy is that of one part of the action',
        find: 'addAll(entropies)',
        replace: 'addAll(entropies.slice(0, 1))',
      },
      {
        what: 'the statistics are not those of the demonstrations',
        find: 'normalizer?.update(demonstrations.observations)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/cloning.ts',
    [golden, 'test/learn/cloning.test.ts'],
    [
      {
        what: 'demonstrated actions become unlikely',
        find: 'neg(mean(sum(mul(maskedLogSoftmax(l, null), choices[g]!), [1])))',
        replace: 'mean(sum(mul(maskedLogSoftmax(l, null), choices[g]!), [1]))',
      },
      {
        what: 'spreads below the floor are not drawn back',
        find: 'losses.push(mean(square(sub(floored, logStd!))))',
        replace: '',
      },
      {
        what: 'the mean is compared before it is bounded',
        find: 'square(sub(tanh(mu), continuous!))',
        replace: 'square(sub(mu, continuous!))',
      },
      {
        what: 'the weight grows over the steps',
        find: 'Math.max(0, 1 - steps.value / settings.steps)',
        replace: 'Math.min(1, steps.value / settings.steps)',
      },
      {
        what: 'the weight falls below zero',
        find: 'Math.max(0, 1 - steps.value / settings.steps)',
        replace: '1 - steps.value / settings.steps',
      },
      {
        what: 'the moments of pretraining are kept',
        find: 'policy.forgetMoments()',
        replace: '',
      },
      {
        what: 'the statistics move on under the clone',
        find: 'shape.normalizer?.settle()',
        replace: '',
      },
      {
        what: 'the spread is fitted the wrong way',
        find: 'logStd[i]! - SPREAD_RATE *',
        replace: 'logStd[i]! + SPREAD_RATE *',
      },
    ],
  ),
]
