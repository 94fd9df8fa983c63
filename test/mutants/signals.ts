import { faultsOf, golden, type Mutant } from './mutant.ts'

export const signals: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/signals/gail.ts',
    [golden, 'test/learn/signals/gail.test.ts', 'test/learn/signals/gail-evidence.test.ts'],
    [
      {
        what: 'labels are swapped',
        find: 'add(mean(softplus(ofAgent(h))), mean(softplus(neg(ofDemo(h)))))',
        replace: 'add(mean(softplus(neg(ofAgent(h)))), mean(softplus(ofDemo(h))))',
      },
      {
        what: 'demonstrations are left out of the loss',
        find: 'add(mean(softplus(ofAgent(h))), mean(softplus(neg(ofDemo(h)))))',
        replace: 'mean(softplus(ofAgent(h)))',
      },
      {
        what: 'the gradient penalty pulls to 1',
        find: 'mean(sum(square(slope), [1]))',
        replace: 'mean(square(sub(sum(square(slope), [1]), 1)))',
      },
      {
        what: 'the gradient penalty is taken on demonstrations',
        find: 'add(mul(ofAgent(rows), share), mul(ofDemo(rows), sub(1, share)))',
        replace: 'add(ofDemo(rows), mul(share, 0))',
      },
      {
        what: 'the two shares are the same',
        find: 'mul(ofDemo(rows), sub(1, share))',
        replace: 'mul(ofDemo(rows), share)',
      },
      {
        what: 'the gradient penalty has no weight',
        find: 'mul(penalty, settings.gradient_penalty)',
        replace: 'penalty',
      },
      {
        what: 'the reward of a logit is upside down',
        find: "settings.reward_form === 'gail' ? softplus(bounded)",
        replace: "settings.reward_form === 'gail' ? softplus(neg(bounded))",
      },
      {
        what: 'the reward log D has no sign',
        find: 'neg(softplus(neg(bounded)))',
        replace: 'softplus(neg(bounded))',
      },
      {
        what: 'the logit is not clipped',
        find: 'clip(h, -settings.reward_clip, settings.reward_clip)',
        replace: 'clip(h, -1e9, 1e9)',
      },
      {
        what: 'the bonus for entropy is inverted',
        find: 'loss = sub(loss, mul(entropy, settings.entropy_bonus))',
        replace: 'loss = add(loss, mul(entropy, settings.entropy_bonus))',
      },
      {
        what: 'the ends of demonstrations are taken for those of the agent',
        find: 'mean(mul(ofAgent(inputs.terminated), softplus(hEnd)))',
        replace: 'mean(mul(ofDemo(inputs.terminated), softplus(hEnd)))',
      },
      {
        what: 'the ends of demonstrations are not told of',
        find: 'loss = add(loss, mean(mul(ofDemo(inputs.terminated), softplus(neg(hEnd)))))',
        replace: '',
      },
      {
        what: 'the absorbing state pays nothing',
        find: 'settings.absorbing_states ? rewardOf(absorbingLogit(graph)) : null',
        replace: 'null',
      },
      {
        what: 'beta runs away from the budget',
        find: '(divergence()[0]! - INFORMATION)',
        replace: '(INFORMATION - divergence()[0]!)',
      },
      {
        what: 'beta may be negative',
        find: 'beta.value = Math.max(0, beta.value + BETA_STEP',
        replace: 'beta.value = Math.max(-1, beta.value + BETA_STEP',
      },
      {
        what: 'the bottleneck of demonstrations costs nothing',
        find: 'add(mean(ofAgent(noisy.divergence)), mean(ofDemo(noisy.divergence)))',
        replace: 'mean(ofAgent(noisy.divergence))',
      },
      {
        what: 'the labels of mixtures are swapped',
        find: 'add(mul(softplus(hMixed), label), mul(softplus(neg(hMixed)), sub(1, label)))',
        replace: 'add(mul(softplus(neg(hMixed)), label), mul(softplus(hMixed), sub(1, label)))',
      },
      {
        what: 'mixtures count once',
        find: 'mul(mean(softened), 2)',
        replace: 'mean(softened)',
      },
      {
        what: 'the interval of updates is one longer',
        find: '++sinceUpdate.value < settings.updates_interval',
        replace: 'sinceUpdate.value++ < settings.updates_interval',
      },
      {
        what: 'the strength falls below zero',
        find: 'settings.strength * Math.max(0, 1 - step / settings.anneal_steps)',
        replace: 'settings.strength * (1 - step / settings.anneal_steps)',
      },
      {
        what: 'the statistics have not seen the demonstrations',
        find: 'normalizer?.update(demonstrations.observations)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/discriminator.ts',
    [golden, 'test/learn/signals/gail-evidence.test.ts'],
    [
      {
        what: 'the divergence without its half',
        find: 'divergence: mul(divergence, 0.5)',
        replace: 'divergence',
      },
      {
        what: 'the spread of the bottleneck never matters',
        find: 'add(mu, mul(sigma, noise))',
        replace: 'add(mu, noise)',
      },
      {
        what: 'sigma for its square',
        find: 'const variance = square(sigma)',
        replace: 'const variance = sigma',
      },
      {
        what: 'actions are not shown',
        find: 'const actions = use_actions ? [',
        replace: 'const actions = use_actions && use_next_state ? [',
      },
      {
        what: 'the first action of a mixture is taken for the whole',
        find: 'sum(mul(h!, choices[g]!), [1]),',
        replace: 'sum(h!, [1]),',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/reward-signal.ts',
    [golden],
    [
      {
        what: 'the absorbing state pays from the end itself on',
        find: 'signal.gamma / (1 - signal.gamma)',
        replace: '1 / (1 - signal.gamma)',
      },
      {
        what: 'every step pays for the absorbing state',
        find: 'mul(mul(transition.terminated, absorbing), signal.gamma',
        replace: 'mul(absorbing, signal.gamma',
      },
      {
        what: 'all signals have the first discount',
        find: 'const at = gammas.indexOf(signal.gamma)',
        replace: 'const at = 0',
      },
      {
        what: 'the last of the signals alone counts',
        find: 'rewards[at] = add(rewards[at]!, weighted)',
        replace: 'rewards[at] = weighted',
      },
      {
        what: 'the strength is left out',
        find: 'mul(stopGradient(r), strength)',
        replace: 'mul(stopGradient(r), 1)',
      },
      {
        what: 'demonstrations go nowhere',
        find: 'batch.nextObservations.set(data.nextObservations.subarray(',
        replace: 'batch.nextObservations.set(data.observations.subarray(',
      },
      {
        what: 'the reward of another demonstrated step',
        find: 'batch.rewards[i] = data.rewards[row]!',
        replace: 'batch.rewards[i] = data.rewards[i]!',
      },
      {
        what: 'the ends of demonstrations are forgotten',
        find: 'batch.terminated[i] = data.terminated[row]!',
        replace: 'batch.terminated[i] = 0',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/curiosity.ts',
    [golden, 'test/learn/signals/curiosity.test.ts'],
    [
      {
        what: 'the weights of both losses are swapped',
        find: 'add(mul(inverse, 1 - beta), mul(forward, beta))',
        replace: 'add(mul(inverse, beta), mul(forward, 1 - beta))',
      },
      {
        what: 'the features of now are foretold',
        find: 'square(sub(predicted, next))',
        replace: 'square(sub(predicted, now))',
      },
      {
        what: 'the half is missing',
        find: 'mul(sum(square(sub(predicted, next)), [1]), 0.5)',
        replace: 'sum(square(sub(predicted, next)), [1])',
      },
      {
        what: 'the inverse model sees one observation',
        find: 'concat([now, next], 1), MODEL_UNITS',
        replace: 'concat([now, now], 1), MODEL_UNITS',
      },
      {
        what: 'the forward model sees no choices',
        find: 'concat([now, ...choices,',
        replace: 'concat([now, ...choices.map((choice) => mul(choice, 0)),',
      },
      {
        what: 'the reward has no bound',
        find: 'settings.strength === 0 ? error : minimum(error, 1 / settings.strength)',
        replace: 'error',
      },
      {
        what: 'the bound of the reward is the strength',
        find: 'minimum(error, 1 / settings.strength)',
        replace: 'minimum(error, settings.strength)',
      },
      {
        what: 'pays before it has learned anything',
        find: "mul(bounded, graph.input('curiosity/begun', [1]))",
        replace: "add(bounded, mul(graph.input('curiosity/begun', [1]), 0))",
      },
      {
        what: 'the likelihood of an action has the wrong sign',
        find: 'return neg(sum(mul(logP, choice), [1]))',
        replace: 'return sum(mul(logP, choice), [1])',
      },
      {
        what: 'the statistics see nothing',
        find: 'normalizer?.update(rows.observations)',
        replace: '',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/rnd.ts',
    [golden, 'test/learn/signals/rnd.test.ts'],
    [
      {
        what: 'the fixed network is trained',
        find: 'sub(predicted!, stopGradient(target!))',
        replace: 'sub(predicted!, target!)',
      },
      {
        what: 'the fixed network is trained in place of the predictor',
        find: 'sub(predicted!, stopGradient(target!))',
        replace: 'sub(stopGradient(predicted!), target!)',
      },
      {
        what: 'divides by the square of the deviation',
        find: '1 / Math.max(deviation.value, 1e-8)',
        replace: '1 / Math.max(deviation.value ** 2, 1e-8)',
      },
      {
        what: 'learns what is left behind',
        find: 'transitionInputs(update, layout, shape, rows).nextObservation',
        replace: 'transitionInputs(update, layout, shape, rows).observation',
      },
      {
        what: 'pays for what is left behind',
        find: 'reward: (graph, { nextObservation }) =>',
        replace: 'reward: (graph, { observation: nextObservation }) =>',
      },
      {
        what: 'pays before the statistics have seen anything',
        find: 'net.normalize || settings.normalize_reward ? 0 : 1',
        replace: '1',
      },
      {
        what: 'the statistics are of what is left behind',
        find: 'normalizer?.update(rows.nextObservations)',
        replace: 'normalizer?.update(rows.observations)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/running-deviation.ts',
    ['test/learn/signals/rnd.test.ts', 'test/learn/on-policy/reward-normalizer.test.ts'],
    [
      {
        what: 'the variance for the deviation',
        find: 'Math.sqrt(this.#m2 / this.#count)',
        replace: 'this.#m2 / this.#count',
      },
      {
        what: 'both factors are of the old mean',
        find: 'delta * (value - this.#mean)',
        replace: 'delta * delta',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/transition-inputs.ts',
    [golden],
    [
      {
        what: 'the second batch is written over the first',
        find: 'at = end',
        replace: 'at += 0',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/signals/learned-signal.ts',
    [golden, 'test/learn/signals/gail.test.ts'],
    [
      {
        what: 'learns without taking a step',
        find: 'adam.step()',
        replace: '',
      },
      {
        what: 'learns although there is nothing to learn from',
        find: 'if (!signal.draw(sampleAgent)) return',
        replace: 'signal.draw(sampleAgent)',
      },
    ],
  ),
]
