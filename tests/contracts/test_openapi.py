"""The description of the API is made from the commands themselves and is whole."""

from __future__ import annotations

import json

import pytest
from django.urls import Resolver404, resolve

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
    address = path.replace("{incident_id}", some_id).replace("{assignment_id}", some_id)
    address = address.replace("{media_id}", some_id)
    try:
        resolve(address)
    except Resolver404:
        pytest.fail(f"{path} is described and does not exist")
