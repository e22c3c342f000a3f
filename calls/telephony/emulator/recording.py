"""Recordings: begun, paused, ended and reported, with a sound file that can be fetched."""

from __future__ import annotations

import functools
import io
import math
import wave
from array import array
from email.utils import format_datetime
from typing import TYPE_CHECKING

from calls.telephony.emulator.records import Leg, Params, Recording, now, resource
from calls.telephony.emulator.requests import Hook

if TYPE_CHECKING:
    from calls.telephony.emulator.provider import Emulator

RECORDINGS_MAX = 2_000  # that are remembered; the oldest are forgotten
RATE_HZ = 8_000
SOUNDS_KEPT = 8  # in memory
SOUND_S_MAX = 60  # of the file, however long the call was
TONE_HZ, TONE_S, LOUDNESS = 440.0, 0.4, 0.2


class Recorder:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self.by_sid: dict[str, Recording] = {}

    def start(self, leg: Leg, params: Params, *, source: str) -> Recording:
        made = Recording(
            sid=self._emulator.new_sid("RE"), call_sid=leg.sid, source=source, params=params
        )
        leg.recordings.append(made)
        return self._begin(made)

    def start_conference(self, conference_sid: str, leg: Leg, params: Params) -> Recording:
        for one in self.by_sid.values():
            if one.conference_sid == conference_sid and one.ended_at is None:
                return one
        made = Recording(
            sid=self._emulator.new_sid("RE"),
            call_sid=leg.sid,
            source="Conference",
            params=params,
            conference_sid=conference_sid,
        )
        return self._begin(made)

    def change(self, recording: Recording, status: str) -> None:
        """By the API: paused, in-progress again, or stopped."""
        if status == "stopped":
            self._end(recording, "completed")
        elif recording.ended_at is None:
            recording.status = status

    def stop(self, leg: Leg, recording: Recording, *, status: str) -> None:
        self._end(recording, status)

    def call_ended(self, leg: Leg) -> None:
        for one in leg.recordings:
            self._end(one, "completed")

    def conference_ended(self, sid: str) -> None:
        for one in self.by_sid.values():
            if one.conference_sid == sid:
                self._end(one, "completed")

    def described(self, recording: Recording) -> dict[str, str]:
        """As a callback tells of it; the sound itself lies at RecordingUrl, with .wav behind it."""
        account = self._emulator.account
        path = resource(account, f"Recordings/{recording.sid}").removesuffix(".json")
        told = {
            "AccountSid": account,
            "CallSid": recording.call_sid or "",
            "RecordingSid": recording.sid,
            "RecordingUrl": self._emulator.url + path,
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.channels),
            "RecordingStartTime": format_datetime(recording.started_at),
            "RecordingSource": recording.source,
            "RecordingTrack": recording.params.get("RecordingTrack") or "both",
        }
        if recording.conference_sid:
            told["ConferenceSid"] = recording.conference_sid
        if recording.lasted_s is not None:
            told["RecordingDuration"] = str(recording.lasted_s)
        return told

    # --- inside --------------------------------------------------------------------------------

    def _begin(self, recording: Recording) -> Recording:
        self.by_sid[recording.sid] = recording
        while len(self.by_sid) > RECORDINGS_MAX:
            del self.by_sid[next(iter(self.by_sid))]
        self._report(recording)
        return recording

    def _end(self, recording: Recording, status: str) -> None:
        if recording.ended_at is None:
            recording.status, recording.ended_at = status, now()
            self._report(recording)

    def _report(self, recording: Recording) -> None:
        params = recording.params
        url = params.get("RecordingStatusCallback")
        if url and recording.status in params.all("RecordingStatusCallbackEvent", ["completed"]):
            hook = Hook(url, method=params.get("RecordingStatusCallbackMethod", "POST"))
            self._emulator.out.report(recording.sid, hook, self.described(recording))


@functools.lru_cache(maxsize=SOUNDS_KEPT)
def sound(seconds: int, channels: int) -> bytes:
    """A tone and then quiet, as long as the call was: enough to hear that it plays, and how long it is."""
    frames = RATE_HZ * max(1, min(seconds, SOUND_S_MAX))
    samples = array("h", bytes(2 * frames * channels))
    for at in range(int(RATE_HZ * TONE_S)):
        value = int(32_767 * LOUDNESS * math.sin(2 * math.pi * TONE_HZ * at / RATE_HZ))
        for channel in range(channels):
            samples[at * channels + channel] = value
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(samples.tobytes())
    return file.getvalue()
