"""Twilio's published description of its API, as far as requests and answers can be held against it."""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests import shared_data

FILE = "protocol/twilio/twilio_api_v2010.json.gz"
KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "array": list,
}


@functools.cache
def spec() -> dict[str, Any]:
    with gzip.open(shared_data.path(FILE)) as stream:
        return json.load(stream)


def operation(method: str, path: str) -> dict[str, Any]:
    for template, operations in spec()["paths"].items():
        if method.lower() in operations and re.fullmatch(
            re.sub(r"\\?\{\w+\\?\}", "[^/]+", re.escape(template).replace(r"\.", ".")), path
        ):
            return operations[method.lower()]
    pytest.fail(f"{method} {path} is not described")


def request_errors(
    method: str, path: str, query: Mapping[str, str], params: Mapping[str, str]
) -> list[str]:
    described = operation(method, path)
    asked = {
        one["name"]: one["schema"]
        for one in described.get("parameters", [])
        if one["in"] == "query"
    }
    sent = (
        described.get("requestBody", {})
        .get("content", {})
        .get("application/x-www-form-urlencoded", {})
        .get("schema", {})
        .get("properties", {})
    )
    found = []
    for values, schemas in ((query, asked), (params, sent)):
        for name, value in values.items():
            if name not in schemas:
                found.append(f"{name} is not known")
            else:
                found += _text_errors(name, value, _resolved(schemas[name]))
    return found


def answer_errors(method: str, path: str, answer: Any) -> list[str]:
    content = next(
        one["content"]
        for status, one in operation(method, path)["responses"].items()
        if status.startswith("2")
    )
    return list(_errors("answer", answer, content["application/json"]["schema"]))


def _errors(name: str, value: Any, schema: dict[str, Any]) -> Iterator[str]:
    schema = _resolved(schema)
    if value is None:
        if not schema.get("nullable"):
            yield f"{name} is null"
        return
    kind = schema.get("type")
    if kind and not isinstance(value, KINDS[kind]):
        yield f"{name} is no {kind}"
    elif kind == "object":
        properties = schema.get("properties", {})
        if not properties:
            return
        yield from (f"{name}.{other} is not described" for other in value.keys() - properties)
        yield from (f"{name}.{other} is missing" for other in properties.keys() - value.keys())
        for other in value.keys() & properties:
            yield from _errors(f"{name}.{other}", value[other], properties[other])
    elif kind == "array":
        for number, one in enumerate(value):
            yield from _errors(f"{name}[{number}]", one, schema["items"])
    elif kind == "string":
        yield from _text_errors(name, value, schema)


def _text_errors(name: str, value: str, schema: dict[str, Any]) -> Iterator[str]:
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{name}: {value} does not match {schema['pattern']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{name}: {value} is none of {schema['enum']}"
    if schema.get("format") == "date-time-rfc-2822":
        parsedate_to_datetime(value)
    if schema.get("format") == "uri" and not name.endswith("uri") and not urlsplit(value).scheme:
        yield f"{name}: {value} is no address"


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        found = spec()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {"nullable": True, **found}  # a reference cannot say that it may be null
    return schema
