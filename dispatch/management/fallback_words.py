"""What manage.py fallback_documents says to an administrator, and the files that lie beside the documents."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from calls.second_host import NUMBERS_MAX, NumberProblem

NUMBERS = {
    NumberProblem.NONE: _("No number is named: --to +62771123456, once for each telephone."),
    NumberProblem.TOO_MANY: _(
        "%(count)s numbers are too many: the provider rings at most %(most)d. Let the telephone company make a group of them."
    ),
    NumberProblem.NOT_E164: _("“%(number)s” must be written like +62771123456."),
    NumberProblem.TWICE: _("%(number)s is named twice."),
    NumberProblem.OURSELVES: _(
        "%(number)s is a number of the centre itself: it would ring what has just failed."
    ),
}
NGINX = """\
# Inside the server block of the second host, with voice.xml and messages.xml in /srv/siaga-fallback.
location ~ ^/(voice|messages)\\.xml$ {
    root /srv/siaga-fallback;
    types { text/xml xml; }
    # The provider asks by POST. For a file nginx answers that with 405; this makes the file of it.
    error_page 405 =200 $uri;
    # With PROVIDER_FALLBACK_METHOD=GET the caller's number stands in the address.
    access_log off;
}
"""
CADDY = """\
# Inside the site block of the second host, with voice.xml and messages.xml in /srv/siaga-fallback.
@siaga path /voice.xml /messages.xml
handle @siaga {
    root * /srv/siaga-fallback
    # The provider asks by POST, to which a file server answers 405: the request becomes a GET.
    method GET
    header Content-Type text/xml
    file_server
}
"""


def number_problem(problem: NumberProblem, about: str) -> str:
    return NUMBERS[problem] % {"number": about, "count": about, "most": NUMBERS_MAX}


def readme(*, numbers: Sequence[str], in_turn: bool, answers: bool, command: str) -> str:
    rung = gettext("one after the other") if in_turn else gettext("all at once, whoever is first")
    written = (
        gettext("is answered: nobody has read this, call")
        if answers
        else gettext("is not answered")
    )
    paragraphs = [
        gettext("# When our own host is silent"),
        gettext(
            "The provider asks these two files when the centre's machine does not answer it. They must lie on another"
            " machine, at another place, on another network."
        ),
        "\n".join(
            [
                gettext("- voice.xml rings %(numbers)s (%(rung)s), then names another way.")
                % {"numbers": ", ".join(numbers), "rung": rung},
                gettext("- messages.xml: an SMS or a WhatsApp message %(written)s.")
                % {"written": written},
                gettext("- nginx.conf, Caddyfile: snippets for a web server."),
            ]
        ),
        gettext(
            "The provider asks by POST. A web server answers POST for a file with 405 unless it is told otherwise: take"
            " a snippet. Stores such as S3 cannot be told: there set PROVIDER_FALLBACK_METHOD=GET; WhatsApp"
            " senders, which know no GET, then have no fallback. The provider's own TwiML Bins answer POST, too: paste the"
            " documents there, and name the addresses that you are given."
        ),
        gettext(
            "Name telephones that people sit beside, without a mailbox: a mailbox that answers first takes the call. The"
            " telephones show the caller's number, if the telephone company lets it through."
        ),
        gettext(
            "After a talk in which the helper puts the receiver down first, the caller is asked whether more help is"
            " needed, and the telephones ring again. A file cannot know better."
        ),
        "\n".join(
            [
                gettext("1. Put voice.xml and messages.xml on the second host."),
                gettext(
                    "2. Set PROVIDER_FALLBACK_VOICE_URL and PROVIDER_FALLBACK_MESSAGES_URL to their addresses, start the"
                    " centre's processes again."
                ),
                gettext("3. manage.py check_provider says what to change at the provider."),
                gettext(
                    "4. Practise: stop the centre's web server for a minute at a quiet hour, ring the number, listen."
                ),
            ]
        ),
        gettext("Made with: %(command)s") % {"command": f"`{command}`"},
    ]
    return "\n\n".join(paragraphs) + "\n"
