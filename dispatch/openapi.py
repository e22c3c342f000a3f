"""The description of the HTTP API, made from the same bodies that check the commands."""

from __future__ import annotations

from typing import Any

from dispatch import openapi_webhooks
from realtime import registry

_ANSWER = {
    "type": "object",
    "required": ["ok"],
    "properties": {
        "ok": {"type": "boolean"},
        "seq": {"type": "integer", "description": "Number of the event this command caused"},
        "result": {"type": "object"},
        "code": {"type": "string", "description": "Stable code of a refusal"},
        "detail": {"type": "string", "description": "The refusal in the caller's language"},
    },
}
_REQUEST_ID = {
    "type": "string",
    "format": "uuid",
    "description": "The same request_id again gives the same answer and acts once",
}
_REFUSALS = {
    "401": "not signed in",
    "403": "the role may not do this",
    "404": "no such thing, or not yours to see",
    "409": "refused; `code` says why",
    "422": "the body is wrong; `detail` says where",
}


def description() -> dict[str, Any]:
    """OpenAPI 3.1 of everything programs may call."""
    schemas: dict[str, Any] = {"Answer": _ANSWER}
    paths: dict[str, Any] = {**_reading_paths(), **openapi_webhooks.paths()}
    for name, command in sorted(registry.commands.items()):
        schema = command.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schema["properties"] = {"request_id": _REQUEST_ID, **schema.get("properties", {})}
        schemas[command.body.__name__] = schema
        paths[f"/api/v1/commands/{name}"] = {
            "post": {
                "operationId": name,
                "summary": command.summary,
                "description": f"Roles: {', '.join(sorted(command.roles))}",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": f"#/components/schemas/{command.body.__name__}"}
                        }
                    },
                },
                "responses": _responses("#/components/schemas/Answer"),
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Siaga 112", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                **openapi_webhooks.SECURITY_SCHEMES,
            },
        },
        "security": [{"bearer": []}],
    }


def _responses(ref: str | None = None) -> dict[str, Any]:
    schema = {"$ref": ref} if ref else {"type": "object"}
    content = {"application/json": {"schema": schema}}
    refused = {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}}
    return {
        "200": {"description": "done", "content": content},
        **{code: {"description": text, "content": refused} for code, text in _REFUSALS.items()},
    }


def _reading_paths() -> dict[str, Any]:
    def get(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
        return {
            "get": {"summary": summary, "parameters": list(parameters), "responses": _responses()}
        }

    def query(name: str, kind: str, *, required: bool = False) -> dict[str, Any]:
        return {"name": name, "in": "query", "required": required, "schema": {"type": kind}}

    def in_path(name: str) -> dict[str, Any]:
        schema = {"type": "string", "format": "uuid"}
        return {"name": name, "in": "path", "required": True, "schema": schema}

    return {
        "/api/v1/board": get("The whole state the caller may see, with its number"),
        "/api/v1/events": get(
            "Events after a number, in order", query("after", "integer"), query("limit", "integer")
        ),
        "/api/v1/reference": get("Incident types, agencies, dispositions, limits"),
        "/api/v1/incidents/{incident_id}/recommendation": get(
            "Units to send, with reasons", in_path("incident_id")
        ),
        "/api/v1/incidents/{incident_id}/timeline": get(
            "What happened to an incident", in_path("incident_id")
        ),
        "/api/v1/assignments/{assignment_id}/route": get(
            "The way of a unit to its incident", in_path("assignment_id")
        ),
        "/api/v1/route": get(
            "The fastest way between two positions, with its streets; from a unit, or by road, boat or foot",
            query("from", "string"),
            query("to", "string", required=True),
            query("unit", "string"),
            query("by", "string"),
            query("kind", "string"),
        ),
        "/api/v1/isochrones": get(
            "Where somebody comes from a position in so many minutes, as GeoJSON",
            query("at", "string", required=True),
            query("minutes", "string", required=True),
            query("by", "string"),
            query("kind", "string"),
        ),
        "/api/v1/coverage": get(
            "Where the units that are free now come in so many minutes, as GeoJSON",
            query("minutes", "string", required=True),
            query("agency", "string"),
        ),
        "/api/v1/conversation": get(
            "Messages of a call or an incident, the newest page or the one before a message",
            query("call_id", "string"),
            query("incident_id", "string"),
            query("before", "string"),
        ),
        "/api/v1/media/{media_id}/full": get(
            "A citizen's picture, film or voice note, re-coded", in_path("media_id")
        ),
        "/api/v1/media/{media_id}/thumb": get("The same, small", in_path("media_id")),
        "/api/v1/calls/{call_id}/transcript": get(
            "Everything that was said in a call, as far as it was written down", in_path("call_id")
        ),
        "/api/v1/recordings/{recording_id}/sound": get(
            "The sound of a recording; understands Range", in_path("recording_id")
        ),
        "/api/v1/pictures/{picture_id}": get(
            "A picture that a citizen has sent", in_path("picture_id")
        ),
        "/api/v1/places": get(
            "Places by what people write of them, with reasons; outside=1 asks a geocoder of others",
            query("q", "string", required=True),
            query("near", "string"),
            query("limit", "integer"),
            query("outside", "string"),
        ),
        "/api/v1/places/reverse": get(
            "A position as somewhere to drive to: street, junction, landmark, kelurahan",
            query("at", "string", required=True),
        ),
        "/api/v1/report": get(
            "Response times; the series is of one interval of the chain",
            query("from", "string", required=True),
            query("to", "string"),
            query("agency", "string"),
            query("priority", "string"),
            query("interval", "string"),
        ),
        "/api/v1/positions": {
            "post": {
                "summary": "Positions of units, in batches",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object"}}},
                },
                "responses": _responses(),
            }
        },
    }
