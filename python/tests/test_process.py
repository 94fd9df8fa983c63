import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import understudy_gym
from understudy_gym import (
    CommandNotFoundError,
    ProcessEndedError,
    UnderstudyEnv,
    UnderstudyError,
    command,
)


def said_by(*code: str) -> list[str]:
    return [sys.executable, "-c", "; ".join(["import sys", *code]), "--"]


def test_a_variable_says_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(command.VARIABLE, "'/a path/node' bin/understudy.js")
    assert command.find_command() == ["/a path/node", "bin/understudy.js"]


def test_the_checkout_comes_before_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(command.VARIABLE, raising=False)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "understudy.js").touch()
    (tmp_path / "understudy").write_text("#!/bin/sh\n")
    (tmp_path / "understudy").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(command, "_checkouts", lambda: iter([tmp_path]))
    assert command.find_command()[1:] == [str(tmp_path / "bin" / "understudy.js")]
    monkeypatch.setattr(command, "_checkouts", lambda: iter([]))
    assert command.find_command() == [str(tmp_path / "understudy")]


def test_where_there_is_none_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(command.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(command, "_checkouts", lambda: iter([]))
    with pytest.raises(CommandNotFoundError, match="set UNDERSTUDY_COMMAND"):
        UnderstudyEnv("basic")


def test_a_command_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandNotFoundError, match="no-such-program cannot be run"):
        UnderstudyEnv("basic", command=[str(tmp_path / "no-such-program")])


def test_a_program_that_ends_has_the_last_word() -> None:
    with pytest.raises(ProcessEndedError, match="exit code 3: out of luck"):
        UnderstudyEnv("basic", command=said_by("print('out of luck', file=sys.stderr)", "exit(3)"))


def test_a_program_that_speaks_otherwise_is_refused() -> None:
    with pytest.raises(ProcessEndedError, match="is no answer"):
        UnderstudyEnv("basic", command=said_by("print('hello, I am another program')"))


def test_one_that_is_killed_is_missed_and_closing_is_no_trouble() -> None:
    env = UnderstudyEnv("basic")
    env.reset()
    os.kill(env._process._process.pid, signal.SIGKILL)
    with pytest.raises(ProcessEndedError, match="exit code -9"):
        env.step(0)
    env.close()


def test_after_closing_nothing_runs_and_nothing_can_be_asked() -> None:
    env = UnderstudyEnv("basic")
    process = env._process._process
    env.close()
    env.close()
    assert process.returncode == 0
    with pytest.raises(ProcessEndedError, match="closed"):
        env.reset()


@pytest.mark.skipif(sys.platform == "win32", reason="asks for processes as Unix does")
def test_it_ends_with_the_program_that_started_it() -> None:
    code = (
        "import os, understudy_gym; env = understudy_gym.UnderstudyEnv('basic'); env.reset()\n"
        "print(env._process._process.pid, flush=True); os._exit(1)"
    )
    # A session of its own would outlive its parent, if it did not notice that nobody asks any more.
    run = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    pid = int(run.stdout)
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("it still runs ten seconds after its parent has died")


def test_a_plugin_brings_an_environment_of_ones_own(tmp_path: Path) -> None:
    plugin = tmp_path / "mine.ts"
    plugin.write_text(
        "import { makeEnvironment, registerEnvironment } from 'understudy'\n"
        "console.log('loading')\n"
        "registerEnvironment('mine', () => makeEnvironment('basic', { max_steps: 2 }))\n"
    )
    env = UnderstudyEnv("mine", plugins=[str(plugin)])
    env.reset()
    env.step(0)
    *_, truncated, _ = env.step(0)
    assert truncated
    env.close()
    with pytest.raises(UnderstudyError, match="unknown environment"):
        UnderstudyEnv("mine")


def test_the_package_says_what_it_offers() -> None:
    assert all(hasattr(understudy_gym, name) for name in understudy_gym.__all__)
