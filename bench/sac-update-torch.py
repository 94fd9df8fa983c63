"""The update of sac-update.ts in PyTorch with the fused Adam, as its users would write it.

Usage: sac-update-torch.py INPUTS HIDDEN ACTIONS BATCH THREADS, driven by peer.ts
"""

import math
import sys

import torch
from peer import serve
from torch import nn

inputs, hidden, actions, batch, threads = map(int, sys.argv[1:6])
torch.set_num_threads(threads)
torch.manual_seed(1)

REPLAY_ROWS = 10_000
GAMMA = 0.99
TAU = 0.005
LEARNING_RATE = 3e-4


def network():
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, actions),
    )


critic1, critic2, target1, target2, policy = (network() for _ in range(5))
target1.load_state_dict(critic1.state_dict())
target2.load_state_dict(critic2.state_dict())
log_alpha = torch.tensor(-1.0, requires_grad=True)
critic_parameters = [*critic1.parameters(), *critic2.parameters()]
target_parameters = [*target1.parameters(), *target2.parameters()]
optimizers = [
    torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
    for parameters in (critic_parameters, policy.parameters(), [log_alpha])
]

observations = torch.rand(REPLAY_ROWS, inputs)
taken = torch.randint(actions, (REPLAY_ROWS,))
rewards = torch.randn(REPLAY_ROWS)
going = (torch.rand(REPLAY_ROWS) > 0.05).float()


def update():
    rows = torch.randint(REPLAY_ROWS - 1, (batch,))
    observation = observations[rows]
    following = observations[rows + 1]

    with torch.no_grad():
        alpha = log_alpha.exp()
        next_log_p = torch.log_softmax(policy(following), -1)
        next_q = torch.minimum(target1(following), target2(following))
        next_value = (next_log_p.exp() * (next_q - alpha * next_log_p)).sum(-1)
        goal = rewards[rows] + GAMMA * going[rows] * next_value

    q1 = critic1(observation)
    q2 = critic2(observation)
    action = taken[rows].unsqueeze(-1)
    critic_loss = ((q1.gather(-1, action).squeeze(-1) - goal) ** 2).mean()
    critic_loss = critic_loss + ((q2.gather(-1, action).squeeze(-1) - goal) ** 2).mean()

    log_p = torch.log_softmax(policy(observation), -1)
    p = log_p.exp()
    policy_loss = (p * (alpha * log_p - torch.minimum(q1, q2).detach())).sum(-1).mean()
    entropy = -(p * log_p).sum(-1).mean().detach()
    temperature_loss = log_alpha * (entropy - 0.5 * math.log(actions))

    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    (critic_loss + policy_loss + temperature_loss).backward()
    for optimizer in optimizers:
        optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(target_parameters, critic_parameters, TAU)


serve(torch.__version__, update)
