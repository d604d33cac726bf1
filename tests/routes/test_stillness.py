"""A call needs nothing but memory, not even the first of a process, from wherever and in whatever language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType


def test_first_calls_ask_nothing_of_the_system(tmp_path: Path) -> None:
    """Once a server has read ahead no step of a call asks anything of the system, nor waits for a thread that does."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    examples = [phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE) for region in regions]
    callers = [phonenumbers.format_number(each, PhoneNumberFormat.E164) for each in examples if each]
    command = [sys.executable, "-m", "tests.stillness", str(tmp_path)]
    done = subprocess.run(command, input="\n".join(callers), capture_output=True, text=True, check=False, timeout=300)

    assert ("", "", 0) == (done.stdout, done.stderr, done.returncode)
