"""The update of learner.ts (preset "sac" of bubble/25, per-angle network) in PyTorch with the fused Adam.

Usage: angle-update-torch.py whole|taken THREADS, driven by peer.ts
"whole": as its users would write it, Q(s, a) gathered from Q(s, .). "taken": with the shortcut of networks.ts, the critics'
loss through the taken rows alone.
"""

import sys

import torch
import torch.nn.functional as F
from peer import serve
from torch import nn

form, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(1)

ANGLES, RAY, BOARD, SWAPS = 41, 10, 23, 2
INPUTS = ANGLES * RAY + BOARD
HIDDEN, UNITS, BATCH = 128, 64, 128
REPLAY_ROWS = 10_000
GAMMA = 0.95
TAU = 0.005
LEARNING_RATE = 5e-4
LOGIT_BOUND = 6
TARGET_ENTROPY = 2.2


class PerAngle(nn.Module):
    """rowsBody of networks.ts: h_k = relu(norm(row_k R + context)), one layer more, two numbers per angle."""

    def __init__(self, norm):
        super().__init__()
        self.context = nn.Linear(INPUTS, HIDDEN)
        self.context_out = nn.Linear(HIDDEN, UNITS)
        self.rest = nn.Linear(BOARD, UNITS, bias=False)
        self.row = nn.Linear(RAY, UNITS, bias=False)
        self.row2 = nn.Linear(UNITS, UNITS)
        self.out = nn.Linear(UNITS, SWAPS)
        self.norm = nn.LayerNorm(UNITS, elementwise_affine=False) if norm else nn.Identity()

    def forward(self, x, rows):
        context = self.context_out(F.relu(self.context(x))) + self.rest(x[:, ANGLES * RAY :])
        h = F.relu(self.norm(self.row(rows) + context[:, None, :]))
        h = F.relu(self.norm(self.row2(h)))
        return self.out(h).flatten(1)


def rays(x):
    return x[:, : ANGLES * RAY].view(-1, ANGLES, RAY)


critic1, critic2, target1, target2 = (PerAngle(True) for _ in range(4))
policy = PerAngle(False)
target1.load_state_dict(critic1.state_dict())
target2.load_state_dict(critic2.state_dict())
log_alpha = torch.tensor(-3.0, requires_grad=True)
critic_parameters = [*critic1.parameters(), *critic2.parameters()]
target_parameters = [*target1.parameters(), *target2.parameters()]
optimizers = [
    torch.optim.Adam(parameters, lr=LEARNING_RATE, fused=True)
    for parameters in (critic_parameters, policy.parameters(), [log_alpha])
]

observations = torch.rand(REPLAY_ROWS, INPUTS)
actions = torch.randint(ANGLES * SWAPS, (REPLAY_ROWS,))
rewards = torch.randn(REPLAY_ROWS)
going = (torch.rand(REPLAY_ROWS) > 0.05).float()


def log_policy(x):
    return torch.log_softmax(LOGIT_BOUND * torch.tanh(policy(x, rays(x)) / LOGIT_BOUND), -1)


def taken(critic, q, x, action):
    if form == "whole":
        return q.gather(-1, action).squeeze(-1)
    row = rays(x)[torch.arange(BATCH), action.squeeze(-1) // SWAPS]
    return critic(x, row[:, None, :]).gather(-1, action % SWAPS).squeeze(-1)


def update():
    rows = torch.randint(REPLAY_ROWS - 1, (BATCH,))
    x, following = observations[rows], observations[rows + 1]
    action = actions[rows].unsqueeze(-1)

    with torch.no_grad():
        alpha = log_alpha.exp()
        next_q = torch.minimum(target1(following, rays(following)), target2(following, rays(following)))
        goal = rewards[rows] + GAMMA * going[rows] * (log_policy(following).exp() * next_q).sum(-1)

    with torch.set_grad_enabled(form == "whole"):
        q1, q2 = critic1(x, rays(x)), critic2(x, rays(x))
    critic_loss = 0.5 * ((taken(critic1, q1, x, action) - goal) ** 2).mean()
    critic_loss = critic_loss + 0.5 * ((taken(critic2, q2, x, action) - goal) ** 2).mean()

    log_p = log_policy(x)
    p = log_p.exp()
    policy_loss = (p * (alpha * log_p - torch.minimum(q1, q2).detach())).sum(-1).mean()
    entropy = -(p * log_p).sum(-1).mean().detach()
    temperature_loss = log_alpha * (entropy - TARGET_ENTROPY)

    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    (critic_loss + policy_loss + temperature_loss).backward()
    for optimizer in optimizers:
        optimizer.step()
    with torch.no_grad():
        torch._foreach_lerp_(target_parameters, critic_parameters, TAU)


serve(torch.__version__, update)
