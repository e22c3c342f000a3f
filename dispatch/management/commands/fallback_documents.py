"""Write the documents of a second host: what callers and writers get while nothing of this deployment answers."""

from __future__ import annotations

import os
import shlex
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from calls import second_host
from calls.second_host import Kind
from calls.telephony import twilio_fallback
from calls.telephony.twilio_fallback import Ring
from dispatch.management import fallback_words as words
from dispatch.management.provider_words import PROBLEMS

VOICE, MESSAGES = "voice.xml", "messages.xml"
OTHER_WAY_CHARS_MAX = 200  # spoken twice in two languages; a caller must remember it


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to", action="append", default=[], metavar="+62…", help="a telephone to ring"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument(
            "--ring", choices=[str(one) for one in Ring], default=str(Ring.TOGETHER)
        )
        parser.add_argument(
            "--caller-id",
            default="",
            metavar="+62…",
            help="shown to those who are rung; without it the caller's own number",
        )
        parser.add_argument(
            "--messages",
            choices=("answer", "empty"),
            default="answer",
            help="empty: no answer, for a number that also gets messages of machines, such as AML",
        )
        parser.add_argument(
            "--other-way-id", help="“110 untuk polisi, …”, said when nobody answers"
        )
        parser.add_argument("--other-way-en", help="the same in English")
        languages = [code for code, _ in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, default=settings.LANGUAGE_CODE)

    def handle(self, *_args: Any, language: str, **options: Any) -> None:
        with translation.override(language):
            self._write(options)

    def _write(self, options: Mapping[str, Any]) -> None:
        numbers, caller_id, ring = options["to"], options["caller_id"], Ring(options["ring"])
        _refuse_wrong_numbers(numbers, caller_id)
        other_way = _other_way(options["other_way_id"], options["other_way_en"])
        answers = options["messages"] == "answer"
        files = {
            VOICE: twilio_fallback.voice_document(
                numbers, ring=ring, other_way=other_way, caller_id=caller_id
            ),
            MESSAGES: twilio_fallback.messages_document(other_way=other_way, answers=answers),
            "nginx.conf": words.NGINX,
            "Caddyfile": words.CADDY,
            "README.md": words.readme(
                numbers=numbers,
                in_turn=ring == Ring.IN_TURN,
                answers=answers,
                command=_command(options),
            ),
        }
        _check(files[VOICE].encode(), files[MESSAGES].encode(), numbers)
        folder = options["out"]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                _put(folder / name, text)
            _check((folder / VOICE).read_bytes(), (folder / MESSAGES).read_bytes(), numbers)
        except OSError as error:
            sentence = gettext("%(folder)s cannot be written: %(why)s") % {
                "folder": folder,
                "why": error.strerror or error,
            }
            raise CommandError(sentence) from None
        for name in files:
            self.stdout.write(f"  {folder / name}")
        self.stdout.write(
            gettext(
                "Put %(voice)s and %(messages)s on another machine at another place, as README.md says, then run"
                " manage.py check_provider."
            )
            % {"voice": VOICE, "messages": MESSAGES}
        )


def _refuse_wrong_numbers(numbers: list[str], caller_id: str) -> None:
    own = [one for one in (settings.TWILIO_NUMBER, settings.TWILIO_WHATSAPP_NUMBER) if one]
    problems = second_host.number_problems(numbers, own=own)
    if caller_id and not second_host.E164.fullmatch(caller_id):
        problems.append((second_host.NumberProblem.NOT_E164, caller_id))
    if problems:
        raise CommandError(" ".join(words.number_problem(*one) for one in problems))


def _other_way(indonesian: str | None, english: str | None) -> Mapping[str, str]:
    if not indonesian and not english and settings.PHONE_REGION == "ID":
        return twilio_fallback.OTHER_WAY_IN_INDONESIA
    if not (indonesian and english):
        raise CommandError(
            gettext(
                "Name the other way in both languages, --other-way-id and --other-way-en: callers hear both."
            )
        )
    if max(len(indonesian), len(english)) > OTHER_WAY_CHARS_MAX:
        sentence = gettext("The other way is longer than %(most)d letters: nobody remembers that.")
        raise CommandError(sentence % {"most": OTHER_WAY_CHARS_MAX})
    return {twilio_fallback.INDONESIAN: indonesian, twilio_fallback.ENGLISH: english}


def _command(options: Mapping[str, Any]) -> str:
    """How to make the same again; the folder is another one next time."""
    said = ["manage.py", "fallback_documents"]
    for number in options["to"]:
        said += ["--to", number]
    for name in ("ring", "caller_id", "messages", "other_way_id", "other_way_en"):
        if options[name]:
            said += [f"--{name.replace('_', '-')}", options[name]]
    return shlex.join(said)


def _put(path: Path, text: str) -> None:
    """Never half a document: the folder may be the one that is served."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _check(voice: bytes, messages: bytes, numbers: list[str]) -> None:
    """As the provider will read them: what is not checked here is found out by a caller."""
    wrong = [
        *second_host.problems(voice, Kind.VOICE),
        *second_host.problems(messages, Kind.MESSAGES),
    ]
    rung = {number for group in second_host.dialled(voice) for number in group}
    if wrong or rung != set(numbers):
        why = [str(PROBLEMS[problem]) for problem in wrong] or sorted(rung)
        sentence = gettext("These documents cannot be used: %(why)s") % {"why": ", ".join(why)}
        raise CommandError(sentence)
