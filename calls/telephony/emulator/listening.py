"""What is said on the line: who hears it, and what a running transcription makes of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from calls.telephony.emulator.records import Leg, Params, Transcription, now
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

PARTS_MAX = 3  # partial results before the final one
CONFIDENCE = 0.93
TRANSCRIPTIONS_MAX = 4  # of one call
NO_ADDRESS = 32_650


class Listening:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def start(self, leg: Leg, params: Params) -> Transcription | None:
        if not params.get("StatusCallbackUrl"):
            words = "a transcription without statusCallbackUrl is heard by nobody"
            self._emulator.warn(NO_ADDRESS, words, leg)
        live = [one for one in leg.transcriptions if one.status == "in-progress"]
        if len(live) >= TRANSCRIPTIONS_MAX:
            return None
        made = Transcription(
            sid=self._emulator.new_sid("GT"),
            call_sid=leg.sid,
            params=params,
            name=params.get("Name", ""),
        )
        leg.transcriptions.append(made)
        told = {
            "TranscriptionEngine": params.get("TranscriptionEngine", "google"),
            "ProfanityFilter": params.get("ProfanityFilter", "true"),
            "PartialResults": "true" if made.tells_partly else "false",
            "Track": params.get("Track") or "both_tracks",
            "ProviderConfiguration": json.dumps(
                {"speechModel": params.get("SpeechModel", "telephony")}
            ),
        }
        for side in ("InboundTrackLabel", "OutboundTrackLabel"):
            if params.get(side):
                told[side] = params[side]
        self._tell(made, "transcription-started", told)
        return made

    def stop(self, leg: Leg, transcription: Transcription) -> None:
        if transcription.status == "in-progress":
            transcription.status, transcription.updated_at = "stopped", now()
            self._tell(transcription, "transcription-stopped", {})
        self._emulator.bell.ring()

    def fail(self, leg: Leg, code: int, words: str) -> None:
        """The machine that listens has failed: it says so, and nothing more comes."""
        for one in _running(leg):
            one.status = "stopped"
            told = {"TranscriptionErrorCode": str(code), "TranscriptionError": words}
            self._tell(one, "transcription-error", told)

    def says(self, speaker: Leg, words: str) -> int:
        """Somebody speaks. How many people, machines included, have heard it."""
        reached = 0
        if "words" in speaker.listens_to:
            speaker.words.put_nowait(words)
            reached += 1
        reached += self._transcribe(speaker, "inbound_track", words)
        for other in self._emulator.conferences.hearers(speaker):
            self._emulator.hears(other, words, kind="voice")
            self._transcribe(other, "outbound_track", words)
            reached += 1
        self._emulator.bell.ring()
        return reached

    # --- inside --------------------------------------------------------------------------------

    def _transcribe(self, leg: Leg, track: str, words: str) -> int:
        listening = [one for one in _running(leg) if track in one.tracks]
        for one in listening:
            if one.tells_partly:
                for part in _parts(words):
                    data = {"transcript": part}
                    self._content(one, track, data, final=False)
            self._content(one, track, {"transcript": words, "confidence": CONFIDENCE}, final=True)
        return len(listening)

    def _content(
        self, transcription: Transcription, track: str, data: dict[str, object], *, final: bool
    ) -> None:
        told = {
            "Track": track,
            "Final": "true" if final else "false",
            "TranscriptionData": json.dumps(data, ensure_ascii=False),
        }
        if not final:
            told["Stability"] = "0.9"
        self._tell(transcription, "transcription-content", told)

    def _tell(self, transcription: Transcription, event: str, told: dict[str, str]) -> None:
        transcription.sequence += 1
        params = transcription.params
        url = params.get("StatusCallbackUrl")
        if not url:
            return
        common = {
            "AccountSid": self._emulator.account,
            "CallSid": transcription.call_sid,
            "TranscriptionSid": transcription.sid,
            "TranscriptionEvent": event,
            "LanguageCode": params.get("LanguageCode", "en-US"),
            "SequenceId": str(transcription.sequence),
            "Timestamp": now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        }
        hook = Hook(url, method=params.get("StatusCallbackMethod", "POST"))
        self._emulator.out.report(transcription.sid, hook, {**common, **told})


def _running(leg: Leg) -> list[Transcription]:
    return [one for one in leg.transcriptions if one.status == "in-progress"]


def _parts(words: str) -> list[str]:
    """The beginnings of a sentence, as a machine hears it grow."""
    all_ = words.split()
    steps = min(PARTS_MAX, len(all_) - 1)
    return [" ".join(all_[: len(all_) * step // (steps + 1)]) for step in range(1, steps + 1)]
