"""What a TwiML document may hold, read from the classes of Twilio's own library: there is no published schema."""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from types import ModuleType
from typing import Any

from twilio.twiml import messaging_response, voice_response

Allowed = dict[str, dict[str, set[str]]]  # element -> child -> attributes


def _allowed(module: ModuleType) -> Allowed:
    classes = {
        name: one
        for name, one in vars(module).items()
        if inspect.isclass(one) and one.__module__ == module.__name__
    }
    return {_element(one): _children(one, classes) for one in classes.values() if _element(one)}


def _element(kind: type) -> str:
    match = re.search(r'self\.name = "([^"]+)"', inspect.getsource(kind))
    return match[1] if match else ""


def _children(kind: type, classes: dict[str, type]) -> dict[str, set[str]]:
    children = {}
    for name, method in vars(kind).items():
        if name.startswith("_") or not inspect.isfunction(method):
            continue
        match = re.search(
            r"(?:self\.nest|return self\.append)\(\s*(\w+)\(", inspect.getsource(method)
        )
        if match and match[1] in classes:
            attributes = set(inspect.signature(method).parameters) - {"self", "kwargs"}
            children[_element(classes[match[1]])] = {
                re.sub(r"_(\w)", lambda letter: letter[1].upper(), one.rstrip("_"))
                for one in attributes
            }
    return children


VOICE = _allowed(voice_response)
MESSAGES = _allowed(messaging_response)


def errors(document: str, allowed: Allowed = VOICE) -> list[str]:
    found: list[str] = []

    def walk(element: ET.Element) -> None:
        for child in element:
            attributes = allowed.get(element.tag, {}).get(child.tag)
            if attributes is None:
                found.append(f"<{child.tag}> in <{element.tag}>")
                continue
            found.extend(
                f"{name} of <{child.tag}>" for name in child.attrib if name not in attributes
            )
            walk(child)

    root = ET.fromstring(document)
    if root.tag != "Response":
        found.append("the root is not <Response>")
    walk(root)
    return found


def verbs(answer: Any) -> list[str]:
    """What the document of an HTTP answer tells the provider to do, in order."""
    return [child.tag for child in ET.fromstring(answer.content)]
