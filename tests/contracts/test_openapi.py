"""The description of the API is made from the commands themselves and is whole."""

from __future__ import annotations

import json
import re

import pytest
from django.urls import Resolver404, get_resolver, resolve

from dispatch.openapi import description
from realtime import registry


def test_every_command_is_described_with_its_body_and_roles():
    paths = description()["paths"]

    for name, command in registry.commands.items():
        operation = paths[f"/api/v1/commands/{name}"]["post"]
        assert operation["summary"], name
        assert all(role in operation["description"] for role in command.roles)


def test_every_reference_in_the_description_leads_somewhere():
    whole = description()
    schemas = whole["components"]["schemas"]
    text = json.dumps(whole)

    for part in text.split('"#/components/schemas/')[1:]:
        assert part.split('"')[0] in schemas


@pytest.mark.parametrize("path", sorted(description()["paths"]))
def test_every_described_address_exists(path):
    some_id = "0192f1f0-0000-7000-8000-000000000001"
    address = re.sub(r"{(\w+)}", lambda m: "4129073385" if m[1] == "code" else some_id, path)
    try:
        resolve(address)
    except Resolver404:
        pytest.fail(f"{path} is described and does not exist")


def test_every_webhook_is_described_with_the_way_in_which_it_is_signed():
    """Whatever is mounted for machines outside: a new one without its description is missing here."""
    described = description()["paths"]
    schemes = description()["components"]["securitySchemes"]

    paths = {_braces(pattern) for pattern in get_resolver("calls.urls").url_patterns}
    mounted = {path for path in paths if not path.startswith("/api/")}  # those are for people
    given_to_everybody = {"/twilio/voice/hold-music.wav"}
    assert mounted - set(described) == given_to_everybody
    for path in mounted - given_to_everybody:
        (named,) = described[path]["post"]["security"]
        assert set(named) <= set(schemes)
        assert described[path]["post"]["requestBody"]["content"]
        wanted = re.findall(r"{(\w+)}", path)
        assert [one["name"] for one in described[path]["post"]["parameters"]] == wanted


def _braces(pattern) -> str:
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
