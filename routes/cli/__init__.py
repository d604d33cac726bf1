"""The command line: `fanal`. Each command lives in the module of its name and is imported when it is called.

So `fanal --help` answers at once, and `fanal directory` needs no server, no secret and none of their libraries.
"""

from __future__ import annotations

import importlib
import importlib.util

import click

_COMMANDS = {
    "run": "Start everything on this machine, with a phone in the browser.",
    "serve": "Start the production web server.",
    "worker": "Start the worker of the queue.",
    "call": "Make a call in the terminal.",
    "doctor": "Say what is missing or wrong in this installation.",
    "directory": "Check, show, search, compare and publish the directory of helplines.",
    "prompts": "Show every sentence that callers hear, and look after translations.",
    "stats": "Print the released figures, and prove the counting.",
    "audit": "Prove and read the log of what was done.",
    "db": "Look after the database.",
    "user": "Look after the accounts.",
}
"""Command to what it does, in the order of the help page. The module `routes.cli.<name>` holds it as `command`."""


class LazyCommands(click.Group):
    """A group whose commands are modules of this package; one stands in the list when its module does."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands without importing any."""
        del ctx  # click's, and nothing here depends on it
        return [name for name in _COMMANDS if importlib.util.find_spec(f"{__name__}.{name}") is not None]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None if there is none of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = importlib.import_module(f"{__name__}.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table above, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fanal", prog_name="fanal")
def main() -> None:
    """Lead callers to the helpline that is right for them: one number, many countries, many languages."""
