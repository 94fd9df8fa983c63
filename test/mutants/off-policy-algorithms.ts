import { faultsOf, golden, type Mutant } from './mutant.ts'

export const offPolicyAlgorithms: readonly Mutant[] = [
  ...faultsOf(
    'core/learn/algorithms/sac.ts',
    [golden],
    [
      {
        what: 'no minimum over the critics in the continuous target',
        find: 'return eachDiscount((k) => minimum(q1[k]!, q2[k]!))',
        replace: 'return eachDiscount((k) => q1[k]!)',
      },
      {
        what: 'no minimum over the critics in the discrete target',
        find: 'expectedSoftValue(minimum(q1[g]![k]!, q2[g]![k]!), stopGradient(logP), alpha)',
        replace: 'expectedSoftValue(q1[g]![k]!, stopGradient(logP), alpha)',
      },
      {
        what: 'no minimum over the critics in the continuous policy loss',
        find: 'const value = addAll(eachDiscount((k) => minimum(q1[k]!, q2[k]!)))',
        replace: 'const value = addAll(eachDiscount((k) => q1[k]!))',
      },
      {
        what: 'no minimum over the critics in the discrete policy loss',
        find: 'const value = addAll(eachDiscount((k) => minimum(q1[g]![k]!, q2[g]![k]!)))',
        replace: 'const value = addAll(eachDiscount((k) => q1[g]![k]!))',
      },
      {
        what: 'no entropy in the continuous target',
        find: 'mul(stopGradient(next.logPi), alphaC)',
        replace: 'mul(stopGradient(next.logPi), 0)',
      },
      {
        what: 'entropy with the wrong sign in the continuous target',
        find: 'nextValues[0] = sub(nextValues[0]!,',
        replace: 'nextValues[0] = add(nextValues[0]!,',
      },
      {
        what: 'entropy beside every discount',
        find: 'h.entropy_in_target && k === 0',
        replace: 'h.entropy_in_target',
      },
      {
        what: 'the target is not held constant',
        find: 'const y = stopGradient(experience.returns(k, nextValues[k]!))',
        replace: 'const y = experience.returns(k, nextValues[k]!)',
        survives:
          'the loss is descended along the weights of the critics alone, of which the target has none',
      },
      {
        what: 'no entropy in the continuous policy loss',
        find: 'losses.push(experience.mean(sub(mul(now.logPi!, alphaC), value)))',
        replace: 'losses.push(neg(experience.mean(value)))',
      },
      {
        what: 'entropy of the continuous part with the wrong sign, where actions have both',
        find: 'losses.push(experience.mean(mul(now.logPi, alphaC)))',
        replace: 'losses.push(neg(experience.mean(mul(now.logPi, alphaC))))',
        tests: ['test/learn/algorithms/sac-both-parts.test.ts'],
      },
      {
        what: 'the continuous part of an action gets no gradient from the critics, where actions have both',
        find: 'now.action === null ? stopGradient(value) : value',
        replace: 'stopGradient(value)',
        tests: ['test/learn/algorithms/sac-both-parts.test.ts'],
      },
      {
        what: 'the half of the squared error is missing',
        find: 'mul(experience.mean(square(sub(q[k]!, y))), 0.5)',
        replace: 'experience.mean(square(sub(q[k]!, y)))',
      },
      {
        what: 'the continuous target is judged by the critics themselves',
        find: 'continuousQ(targets, i + 1, sight, nextC!)',
        replace: 'continuousQ(critics, i + 1, sight, nextC!)',
      },
      {
        what: 'the discrete target is judged by the critics themselves',
        find: 'everyQ(targets, i + 1, sight, nextC)',
        replace: 'everyQ(critics, i + 1, sight, nextC)',
      },
      {
        what: 'actions are judged in the state after them',
        find: "const nowSights = sights('now', critics)",
        replace: "const nowSights = sights('next', critics)",
      },
      {
        what: 'tau is 1',
        find: 'follow: { target: targets, tau: h.tau }',
        replace: 'follow: { target: targets, tau: 1 }',
      },
      {
        what: 'the targets never follow',
        find: 'criticAdam.step({ follow: { target: targets, tau: h.tau } })',
        replace: 'criticAdam.step()',
      },
      {
        what: 'the estimate of the continuous entropy is inverted',
        find: '[neg(experience.mean(now.logPi))]',
        replace: '[experience.mean(now.logPi)]',
      },
      {
        what: 'the mask of now in the next state',
        find: 'maskedLogSoftmax(l, experience.mask(g, when))',
        replace: "maskedLogSoftmax(l, experience.mask(g, 'now'))",
      },
      {
        what: 'the same noise for both actions',
        find: "drawn('next', nextNoise)",
        replace: "drawn('next', noise)",
      },
      {
        what: 'the step size of the policy does not fall',
        find: 'policyAdam.learningRate = criticAdam.learningRate',
        replace: 'policyAdam.learningRate = h.learning_rate',
      },
      {
        what: 'the policy moves one update too late',
        find: 'updates.value >= h.policy_init_updates',
        replace: 'updates.value > h.policy_init_updates',
      },
      {
        what: 'the temperature moves while the policy is held',
        find: 'if (moves) temperature.step(entropy, target)',
        replace: 'temperature.step(entropy, target)',
      },
      {
        what: 'the target entropy of continuous actions is positive',
        find: '...(C > 0 ? [-C] : [])',
        replace: '...(C > 0 ? [C] : [])',
      },
      {
        what: 'the target entropy is a share of the number of actions, not of its logarithm',
        find: 'layout.groups.map((group) => Math.log(group.size))',
        replace: 'layout.groups.map((group) => group.size)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/soft-values.ts',
    [golden],
    [
      {
        what: 'the entropy is taken away',
        find: 'sub(q, mul(logP, alpha))',
        replace: 'add(q, mul(logP, alpha))',
      },
      {
        what: 'the sum over groups in place of the mean',
        find: 'values.length === 1 ? total : mul(total, 1 / values.length)',
        replace: 'total',
      },
      {
        what: 'the annealing of the target entropy goes on beyond its end',
        find: 'start + (end - start) * Math.min(1, steps / over)',
        replace: 'start + (end - start) * (steps / over)',
        tests: ['test/learn/algorithms/soft-values.test.ts'],
      },
      {
        what: 'the annealing of the target entropy goes backwards',
        find: 'start + (end - start) *',
        replace: 'end + (start - end) *',
      },
      {
        what: 'the step size rises',
        find: 'h.learning_rate * (1 - steps / maxSteps)',
        replace: 'h.learning_rate * (steps / maxSteps)',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/temperature.ts',
    [golden],
    [
      {
        what: 'the gradient of the temperature is inverted',
        find: 'const gradient = entropy - target',
        replace: 'const gradient = target - entropy',
      },
      {
        what: 'no correction of the bias of the first moment',
        find: 'this.#m / (1 - 0.9 ** this.#t)',
        replace: 'this.#m',
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/td3.ts',
    [golden],
    [
      {
        what: 'no minimum over the critics',
        find: 'minimum(q1Next[k]!, q2Next[k]!)',
        replace: 'q1Next[k]!',
      },
      {
        what: 'the noise of the target action is clipped twice as far',
        find: "mul(experience.noise('noise'), h.target_noise), -c, c)",
        replace: "mul(experience.noise('noise'), h.target_noise), -2 * c, 2 * c)",
      },
      {
        what: 'the smoothed action leaves the bounds',
        find: 'mean!), noise), -1, 1)',
        replace: 'mean!), noise), -2, 2)',
      },
      {
        what: 'the policy itself chooses the target action',
        find: "experience.policy('next', policyTarget)",
        replace: "experience.policy('next', policy)",
      },
      {
        what: 'the target is judged by the critics themselves',
        find: "values('next', targets,",
        replace: "values('next', critics,",
      },
      {
        what: 'the policy descends its value',
        find: 'const loss = neg(experience.mean(',
        replace: 'const loss = (experience.mean(',
      },
      {
        what: 'the policy climbs the second critic',
        find: "values('now', critics, action)[0]",
        replace: "values('now', critics, action)[1]",
      },
      {
        what: 'the policy moves with every update',
        find: '% h.policy_delay !== 0',
        replace: '% 1 !== 0',
      },
      {
        what: 'the delay begins at once',
        find: '(updates.value + 1) % h.policy_delay',
        replace: 'updates.value % h.policy_delay',
      },
      {
        what: 'the critics follow their targets',
        find: 'polyak(targets, critics, h.tau)',
        replace: 'polyak(critics, targets, h.tau)',
      },
      {
        what: 'the target policy never follows',
        find: 'polyak(policyTarget, policy, h.tau)',
        replace: '',
      },
      {
        what: 'explores beyond the bounds',
        find: 'Math.max(-1, Math.min(1, explored))',
        replace: 'explored',
        tests: ['test/learn/algorithms/td3.test.ts'],
      },
      {
        what: 'explores by noise of deviation 1',
        find: 'sigma * random.normal()',
        replace: 'random.normal()',
        tests: ['test/learn/algorithms/td3.test.ts'],
      },
    ],
  ),
  ...faultsOf(
    'core/learn/algorithms/dqn.ts',
    [golden],
    [
      {
        what: 'double Q-learning is off',
        find: 'h.double_q ? qValues(update.graph, online, xNext) : next',
        replace: 'next',
      },
      {
        what: 'the network that learns judges what it chooses',
        find: 'const next = qValues(update.graph, targets, xNext)',
        replace: 'const next = qValues(update.graph, online, xNext)',
      },
      {
        what: 'duelling without the mean of the advantages',
        find: 'sub(a, mean(a, [1], { keepDims: true }))',
        replace: 'a',
      },
      {
        what: 'the mean of the advantages over the batch',
        find: 'mean(a, [1], { keepDims: true })',
        replace: 'mean(a, [0], { keepDims: true })',
      },
      {
        what: 'forbidden actions are chosen in the next state',
        find: 'argmax(mask === null ? q : add(q, mul(sub(mask, 1), 1e8)))',
        replace: 'argmax(q)',
      },
      {
        what: 'the mask of now in the next state',
        find: "experience.mask(g, 'next')",
        replace: "experience.mask(g, 'now')",
      },
      {
        what: 'the squared error in place of the Huber loss',
        find: 'const inside = minimum(size, 1)',
        replace: 'const inside = size',
      },
      {
        what: 'no importance weights',
        find: 'experience.mean(mul(loss, weight))',
        replace: 'experience.mean(loss)',
      },
      {
        what: 'the target is not held constant',
        find: 'sub(stopGradient(experience.returns(k, value)), taken[k]!)',
        replace: 'sub(experience.returns(k, value), taken[k]!)',
        survives:
          'the loss is descended along the weights of the critics alone, of which the target has none',
      },
      {
        what: 'gradients are not bounded',
        find: 'adam.step({ maxNorm: MAX_GRADIENT_NORM })',
        replace: 'adam.step()',
      },
      {
        what: 'the target follows with every update',
        find: '% h.target_update_interval === 0',
        replace: '% 1 === 0',
      },
      {
        what: 'the network follows the target',
        find: 'polyak(targets, online, h.tau)',
        replace: 'polyak(online, targets, h.tau)',
      },
      {
        what: 'beta does not rise',
        find: 'h.priority_beta + (1 - h.priority_beta) * Math.min(1, steps.value / settings.max_steps)',
        replace: 'h.priority_beta',
      },
      {
        what: 'priorities never change',
        find: 'replay.learn(errors())',
        replace: '',
      },
      {
        what: 'the error of the last discount alone is a surprise',
        find: 'error = add(error, delta)',
        replace: 'error = delta',
        tests: ['test/learn/algorithms/dqn.test.ts'],
      },
      {
        what: 'priorities are used where they are off',
        find: 'h.prioritized_replay ? h.priority_alpha : 0',
        replace: 'h.priority_alpha',
      },
      {
        what: 'explores ever more',
        find: 'first + (last - first) * Math.min(1, steps.value / over)',
        replace: 'last + (first - last) * Math.min(1, steps.value / over)',
        tests: ['test/learn/algorithms/dqn.test.ts'],
      },
      {
        what: 'explores where it should not',
        find: 'random.uniform() < epsilon()',
        replace: 'random.uniform() > epsilon()',
        tests: ['test/learn/algorithms/dqn.test.ts'],
      },
    ],
  ),
]
