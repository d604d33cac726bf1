"""The pages of sentences: languages, the sentences of one, and one sentence with what can be done to it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from directory.desk.people import DeskError, Role
from ivr.adapters.engine import EngineError
from ivr.adapters.takes import Take, TakeStage, TakeStore
from ivr.adapters.wordings import WordingStore
from ivr.catalogue import SOURCE
from ivr.pace import FORWARDING
from ivr.phrases import Phrase
from ivr.render import RefusedError
from ivr.voices import Way
from ivr.wordings import Wording, Words, composed, faults_of, name_of, words_of
from routes.admin.gate import actor, fresh_sign_in, needs, signed_in
from routes.admin.pages import desk, now, page, services
from routes.admin.prompts import sound
from routes.admin.prompts.book import EXAMPLES, Book, Message, about, book, name
from routes.admin.prompts.troubles import trouble
from routes.admin.words import _

bp = Blueprint("prompts", __name__, url_prefix="/sentences")
bp.before_request(signed_in)
SHOWN = ("all", "draft", "waiting", "unrecorded")
"""Which sentences of a language are listed."""
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@bp.get("")
def listing() -> ResponseReturnValue:
    """Show how every language stands."""
    here = _book()
    waiting: dict[str, int] = {}
    for proposal in _wordings().proposed():
        waiting[proposal.wording.language] = waiting.get(proposal.wording.language, 0) + 1
    standings = [here.standing(tag, now()) for tag in here.tags]
    return page("prompts/listing.html", standings=standings, waiting=waiting, ways=_ways())


@bp.get("/<tag>")
def language(tag: str) -> ResponseReturnValue:
    """Show the sentences of one language in the order of the conversation."""
    here = _known(tag)
    shown, wanted = request.args.get("show", "all"), request.args.get("q", "").strip().casefold()
    store = _wordings()
    messages = here.messages(tag, now(), store.reviews(tag), store.proposed(tag))
    found = [each for each in messages if _is_shown(each, shown, here, tag) and _holds(each, wanted)]
    return page(
        "prompts/language.html",
        **_head(here, tag),
        messages=found,
        slowest=here.slowest(tag, now()),
        promise=FORWARDING,
        shown=shown if shown in SHOWN else "all",
        wanted=request.args.get("q", "")[:100],
        takes={each.phrase for each in _takes().of(tag) if each.stage is TakeStage.WAITING},
    )


@bp.get("/<tag>/<phrase>")
def sentence(tag: str, phrase: str) -> ResponseReturnValue:
    """Show one sentence: as it is said now, what is proposed, what has been, and the form that rewords it."""
    return _sentence(tag, phrase)


@bp.post("/<tag>/<phrase>")
@needs(Role.EDITOR)
def propose(tag: str, phrase: str) -> ResponseReturnValue:
    """Propose other words."""
    here, which = _known(tag), _phrase(phrase)
    typed = composed(_typed(len(words_of(here.said[tag], which))))
    wording = Wording(tag, which, typed, name_of(words_of(here.said[SOURCE], which)))
    faults = [trouble(each, wording) for each in faults_of(wording, here.files)]
    if typed == words_of(here.said[tag], which):
        faults.append(_("These are the words that are said already."))
    if faults:
        return _sentence(tag, phrase, typed=typed, faults=faults), 400
    _wordings().propose(actor(), now(), wording)
    flash(_("Proposed. Callers hear it once another person has read it and approved exactly these words."))
    return _to(tag, phrase)


@bp.post("/<tag>/<phrase>/approve")
@needs(Role.EDITOR)
@fresh_sign_in
def approve(tag: str, phrase: str) -> ResponseReturnValue:
    """Make a proposed wording live, exactly as it was read."""
    _known(tag), _phrase(phrase)
    return _do(tag, phrase, lambda: _wordings().approve(_number("id"), actor(), now(), request.form.get("hash", "")))


@bp.post("/<tag>/<phrase>/refuse")
@needs(Role.EDITOR)
def refuse(tag: str, phrase: str) -> ResponseReturnValue:
    """Refuse a proposed wording, or give up one's own."""
    return _do(tag, phrase, lambda: _wordings().refuse(_number("id"), actor(), now()))


@bp.post("/<tag>/<phrase>/mark")
@needs(Role.EDITOR)
def mark(tag: str, phrase: str) -> ResponseReturnValue:
    """Note that a native speaker has read the words as they are said now."""
    here, which = _known(tag), _phrase(phrase)
    words = words_of(here.said[tag], which)
    if request.form.get("hash") != name_of(words):
        flash(_("The sentence is not what you have read: open it again."))
        return _to(tag, phrase)
    wording = Wording(tag, which, words, name_of(words_of(here.said[SOURCE], which)))
    return _do(tag, phrase, lambda: _wordings().mark(actor(), now(), wording))


@bp.post("/<tag>/<phrase>/withdraw")
@needs(Role.EDITOR)
def withdraw(tag: str, phrase: str) -> ResponseReturnValue:
    """Return to the words of the catalogue."""
    here, which = _known(tag), _phrase(phrase)
    wording = Wording(tag, which, words_of(here.said[tag], which), "")
    return _do(tag, phrase, lambda: _wordings().withdraw(actor(), now(), wording))


@bp.get("/<tag>/<phrase>/listen/<int:place>")
def listen(tag: str, phrase: str, place: int) -> ResponseReturnValue:
    """Send the sound of one sentence said with a phrase: the recording, or this machine's engine in its stead."""
    here, which = _known(tag), _phrase(phrase)
    texts, voice = here.texts(tag, which, now()), here.voices.get(tag)
    if voice is None or not 0 <= place < len(texts):
        abort(404)
    try:
        return _audio(sound.recording(here, texts[place], voice) or sound.stand_in(texts[place], voice))
    except EngineError as fault:
        return str(fault), 503, {"Content-Type": "text/plain; charset=utf-8"}


@bp.post("/<tag>/<phrase>/recordings")
@needs(Role.EDITOR)
def upload(tag: str, phrase: str) -> ResponseReturnValue:
    """Take a recording aside until another person has listened to it. The name of the uploaded file means nothing."""
    here, which = _known(tag), _phrase(phrase)
    texts, voice = here.texts(tag, which, now()), here.voices.get(tag)
    place, file = _number("place"), request.files.get("sound")
    if voice is None or voice.way is not Way.RECORDING or not 0 <= place < len(texts) or not file:
        return _sentence(tag, phrase, faults=[_("Choose the sentence that it says, and a WAV file.")]), 400
    with file.stream as uploaded:
        data = uploaded.read(sound.LARGEST + 1)
    try:
        made, seconds = sound.fit(data, texts[place], voice)
    except RefusedError as fault:
        words = _("The recording cannot be used: %(reason)s.") % {"reason": fault}
        return _sentence(tag, phrase, faults=[words]), 400
    _takes().offer(actor(), now(), tag, which.value, texts[place], made, seconds)
    flash(_("Kept aside. Callers hear it once another person has listened to it."))
    return _to(tag, phrase)


@bp.get("/<tag>/recordings/<int:id_>")
def waiting_sound(tag: str, id_: int) -> ResponseReturnValue:
    """Send the sound of a recording that waits."""
    _known(tag)
    try:
        return _audio(_takes().sound(id_))
    except DeskError:
        abort(404)


@bp.post("/<tag>/<phrase>/recordings/<int:id_>/take")
@needs(Role.EDITOR)
@fresh_sign_in
def take_recording(tag: str, phrase: str, id_: int) -> ResponseReturnValue:
    """Let callers hear a recording, exactly the one listened to."""
    here = _known(tag)

    def put(take: Take, data: bytes) -> None:
        sound.put(here.places, here.voices[take.language], take, data)

    return _do(tag, phrase, lambda: _takes().take(id_, actor(), now(), request.form.get("hash", ""), put))


@bp.post("/<tag>/<phrase>/recordings/<int:id_>/refuse")
@needs(Role.EDITOR)
def refuse_recording(tag: str, phrase: str, id_: int) -> ResponseReturnValue:
    """Refuse a recording, or give up one's own."""
    return _do(tag, phrase, lambda: _takes().refuse(id_, actor(), now()))


def _sentence(tag: str, phrase: str, typed: Words | None = None, faults: list[str] | None = None) -> str:
    here, which = _known(tag), _phrase(phrase)
    store = _wordings()
    message = next(
        each for each in here.messages(tag, now(), store.reviews(tag), store.proposed(tag)) if each.phrase is which
    )
    texts = here.texts(tag, which, now())
    return page(
        "prompts/sentence.html",
        **_head(here, tag),
        message=message,
        note=about(here.places.catalogues).get(which, ""),
        examples=texts[:EXAMPLES],
        texts=texts,
        typed=typed or (message.proposal.wording.words if message.proposal else message.words),
        faults=faults or [],
        history=store.history(tag, which),
        takes=[each for each in _takes().of(tag, which.value) if each.stage is TakeStage.WAITING],
        may_edit=actor().may(Role.EDITOR),
    )


def _typed(forms: int) -> list[str]:
    """Return as many texts as the sentence has forms, whatever was sent: empty ones are a fault that has words."""
    sent = request.form.getlist("words")[: max(1, forms)]
    return [*sent, *[""] * (max(1, forms) - len(sent))]


def _head(here: Book, tag: str) -> dict[str, object]:
    return {
        "tag": tag,
        "name": name(tag),
        "direction": "rtl" if tag in _RIGHT_TO_LEFT else "ltr",
        "standing": here.standing(tag, now()),
        "voice": here.voices.get(tag),
        "ways": _ways(),
    }


def _ways() -> dict[Way, str]:
    return {
        Way.VOICE: _("spoken by the carrier's voice"),
        Way.RECORDING: _("played from recordings"),
        Way.TEXT: _("in texts only"),
    }


def _is_shown(message: Message, shown: str, here: Book, tag: str) -> bool:
    match shown:
        case "draft":
            return not here.is_reviewed(tag, message.phrase)
        case "waiting":
            return message.proposal is not None
        case "unrecorded":
            return message.recorded is not None and message.recorded[0] < message.recorded[1]
    return True


def _holds(message: Message, wanted: str) -> bool:
    return wanted in "\n".join((message.phrase.value, *message.english, *message.words)).casefold()


def _do(tag: str, phrase: str, act: Callable[[], object]) -> ResponseReturnValue:
    """Do something to a sentence, and say on its page how it went."""
    _known(tag), _phrase(phrase)
    try:
        act()
    except DeskError as fault:
        flash(_(str(fault)))
    except (RefusedError, OSError) as fault:
        flash(_("It could not be kept: %(reason)s.") % {"reason": fault})
    else:
        flash(_("Done. Callers hear it within two seconds."))
    return _to(tag, phrase)


def _to(tag: str, phrase: str) -> ResponseReturnValue:
    return redirect(url_for("prompts.sentence", tag=tag, phrase=phrase), 303)


def _audio(data: bytes) -> Response:
    return Response(data, mimetype="audio/wav")


def _number(field: str) -> int:
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _known(tag: str) -> Book:
    here = _book()
    if tag not in here.files:
        abort(404)
    return here


def _phrase(text: str) -> Phrase:
    if text not in set(Phrase):
        abort(404)
    return Phrase(text)


def _book() -> Book:
    settings = services().settings
    return book(services().shelf.current.directory, settings.places, _wordings().live())


def _wordings() -> WordingStore:
    return WordingStore(desk())


def _takes() -> TakeStore:
    return TakeStore(desk())
