"""A process that holds keys leaves no dump and lets nobody attach; asked of the system itself."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="not run: only Linux has prctl")
PRIVATE = "from audit_portal.hardening import keep_memory_private; keep_memory_private()"
PR_GET_DUMPABLE = 3
TELL = f"""
import ctypes, resource
dumpable = ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0)
print(dumpable, resource.getrlimit(resource.RLIMIT_CORE))
"""


def python(program, **env):
    """A process of its own: what is asked of the system is asked for good."""
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=HOUSE,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(program, **env):
    """The last line it prints."""
    out, err = python(program, **env).communicate(timeout=60)
    return (out or err).splitlines()[-1]


@ON_LINUX
def test_nothing_is_dumped_and_nobody_attaches():
    assert said(TELL).startswith("1 "), "a process can be dumped unless it says no"
    assert said(f"{PRIVATE}\n{TELL}") == "0 (0, 0)"


def test_a_death_leaves_no_core():
    with python(f"{PRIVATE}\nimport os; os.abort()") as died:
        _, status = os.waitpid(died.pid, 0)
        died.returncode = 0  # it was waited for here, where the whole status can be had
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)


@ON_LINUX
def test_the_program_does_so_before_its_first_command(tmp_path):
    program = f"""
import sys
from audit_portal.cli.main import main
sys.argv = ["habeas", "config", "check"]
try:
    main()
except SystemExit:
    pass
{TELL}
"""
    assert said(program, HABEAS_DATA_DIR=str(tmp_path)) == "0 (0, 0)"
