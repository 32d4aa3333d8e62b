"""The instrument as a document: what a self-scan asks, read from a YAML file and kept as JSON.

Which stages, questions and building blocks there are stands in the document, never here. The code knows only
the roles that a question can have, because a role says what an answer means for the result.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

ROLES = ("stage", "wish", "choice", "differences", "levers", "bottlenecks")
CLOSING_ROLES = ("inspiring", "priorities")
MEANINGS = ("deliberate", "context", "both")
FEWEST_STAGES, MOST_STAGES = 3, 6
LONGEST_NOTE = 10_000  # characters

_KEY = re.compile(r"[a-z][a-z0-9-]*")
_WITH_OPTIONS = ("choice", "differences", "levers", "bottlenecks")
_WITH_PILLARS = ("levers", "bottlenecks")

Text = Annotated[str, msgspec.Meta(min_length=1)]
ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=22)]  # fits beside a graph


class InstrumentError(Exception):
    """A document that cannot be used: which file (None: not from a file), where in it, and why (in Dutch)."""

    def __init__(self, path: Path | None, where: str, reason: str) -> None:
        super().__init__(path, where, reason)
        self.path = path
        self.where = where
        self.reason = reason

    def __str__(self) -> str:
        subject = "Het instrument" if self.path is None else f"Het instrumentbestand {self.path}"
        place = f" bij {self.where}" if self.where else ""
        return f"{subject} klopt niet{place}: {self.reason}."


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of the development scale; `phases` names its part of the PDCA cycle and can be empty."""

    key: str
    name: Text
    summary: Text
    phases: str = ""


class Pillar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A group of levers and bottlenecks in the organisation; `short` is its label in graphs."""

    key: str
    name: Text
    short: Text
    examples: str = ""


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Room for an explanation beside an answer; `limit` in characters, 1 to 10,000."""

    label: Text
    help: str = ""
    limit: int = 2000


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer to choose; `exclusive` rules out the others, `other` asks to say which."""

    key: str
    text: Text
    meaning: str | None = None
    pillar: str | None = None
    exclusive: bool = False
    other: bool = False


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Asked for each block; `role` says what the answer means, `{block}` in a text stands for the block's name.

    `keep` and `move` word the answers to a wish; `{stage}` in `move` stands for the name of the stage.
    """

    key: str
    role: str
    text: Text
    help: str = ""
    options: tuple[Option, ...] = ()
    note: Note | None = None
    keep: Text | None = None
    move: Text | None = None


class ClosingQuestion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Asked once: choose `least` to `most` blocks, or none of them where `none` gives words for that."""

    key: str
    role: str
    text: Text
    most: int
    help: str = ""
    none: Text | None = None
    least: int = 1


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A quality expectation of the reference frame that a block refers to."""

    code: Text
    text: Text


class Scale(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A development scale of the inspectorate, with what meeting it looks like."""

    code: Text
    name: Text
    text: Text


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A building block; `stages` describes each stage of the document, by its key."""

    key: str
    name: Text
    short: ShortText
    definition: Text
    expectations: tuple[Expectation, ...] = ()
    scales: tuple[Scale, ...] = ()
    contribution: Text | None = None
    prompts: tuple[Text, ...] = ()
    stages: dict[str, Text]


class Cluster(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Building blocks that belong together, in their order."""

    key: str
    name: Text
    blocks: tuple[Block, ...]


class Instrument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole document: one version of one instrument, with the stages lowest first."""

    key: str
    version: Text
    title: Text
    introduction: Text
    stages: tuple[Stage, ...]
    pillars: tuple[Pillar, ...]
    questions: tuple[Question, ...]
    closing: tuple[ClosingQuestion, ...]
    warning: Text
    clusters: tuple[Cluster, ...]

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks, over the clusters, in order."""
        return tuple(block for cluster in self.clusters for block in cluster.blocks)

    def block(self, key: str) -> Block:
        """The block with this key; KeyError where there is none."""
        for block in self.blocks:
            if block.key == key:
                return block
        raise KeyError(key)

    def cluster_of(self, block_key: str) -> Cluster:
        """The cluster that holds this block; KeyError where none does."""
        for cluster in self.clusters:
            if any(block.key == block_key for block in cluster.blocks):
                return cluster
        raise KeyError(block_key)

    def stage_value(self, key: str) -> int:
        """The place of a stage on the scale: 1 is the lowest; KeyError where there is none."""
        for value, stage in enumerate(self.stages, start=1):
            if stage.key == key:
                return value
        raise KeyError(key)

    def stage(self, value: int) -> Stage:
        """The stage at this place, counted from 1; IndexError off the scale."""
        if value < 1:
            raise IndexError(value)
        return self.stages[value - 1]

    def question(self, role: str) -> Question | None:
        """The question with this role, if the instrument asks it."""
        return next((question for question in self.questions if question.role == role), None)

    def closing_question(self, role: str) -> ClosingQuestion | None:
        """The closing question with this role, if the instrument asks it."""
        return next((question for question in self.closing if question.role == role), None)


def read_document(path: Path) -> Instrument:
    """The instrument in a YAML file; InstrumentError where it cannot be read or does not hold together."""
    content = _parse(path, _read(path))
    try:
        document = msgspec.convert(content, Instrument)
    except msgspec.ValidationError as error:
        raise InstrumentError(path, *_explain(str(error))) from error
    check(document, path)
    return document


def to_json(document: Instrument) -> str:
    """The document as JSON, with every field written out."""
    return msgspec.json.encode(document).decode()


def from_json(text: str) -> Instrument:
    """The document that `to_json` wrote; msgspec.ValidationError or DecodeError for other text."""
    return msgspec.json.decode(text, type=Instrument)


def check(document: Instrument, path: Path | None = None) -> None:
    """Refuse, with an InstrumentError, a document whose parts do not fit together."""
    try:
        _check_keys(document)
        _check_stages(document)
        _check_roles(document)
        for index, question in enumerate(document.questions):
            _check_question(question, f"questions[{index}]", {pillar.key for pillar in document.pillars})
        for index, closing in enumerate(document.closing):
            _check_bounds(closing, f"closing[{index}]", len(document.blocks))
    except InstrumentError as refusal:
        raise InstrumentError(path, refusal.where, refusal.reason) from None


def _refusal(where: str, reason: str) -> InstrumentError:
    """A check that fails; `check` adds the file."""
    return InstrumentError(None, where, reason)


def _check_keys(document: Instrument) -> None:
    _check_key("key", document.key)
    _check_unique("stages", document.stages)
    _check_unique("pillars", document.pillars)
    _check_unique("questions", document.questions)
    for index, question in enumerate(document.questions):
        _check_unique(f"questions[{index}].options", question.options)
    _check_unique("closing", document.closing)
    _check_unique("clusters", document.clusters)
    seen: set[str] = set()
    for index, cluster in enumerate(document.clusters):
        _check_unique(f"clusters[{index}].blocks", cluster.blocks, seen)


def _check_unique(
    where: str,
    parts: Sequence[Stage | Pillar | Question | Option | ClosingQuestion | Cluster | Block],
    seen: set[str] | None = None,
) -> None:
    seen = set() if seen is None else seen
    for index, part in enumerate(parts):
        place = f"{where}[{index}].key"
        _check_key(place, part.key)
        if part.key in seen:
            raise _refusal(place, f"de sleutel '{part.key}' komt al eerder voor")
        seen.add(part.key)


def _check_key(where: str, key: str) -> None:
    if not _KEY.fullmatch(key):
        raise _refusal(
            where,
            f"'{key}' is geen goede sleutel (kleine letters, cijfers en koppeltekens, met een letter vooraan)",
        )


def _check_stages(document: Instrument) -> None:
    count = len(document.stages)
    if not FEWEST_STAGES <= count <= MOST_STAGES:
        raise _refusal("stages", f"een schaal telt {FEWEST_STAGES} tot {MOST_STAGES} stadia, hier {count}")
    if not document.blocks:
        raise _refusal("clusters", "er is geen enkele bouwsteen")
    known = [stage.key for stage in document.stages]
    for number, cluster in enumerate(document.clusters):
        for index, block in enumerate(cluster.blocks):
            _check_descriptions(block, f"clusters[{number}].blocks[{index}].stages", known)


def _check_descriptions(block: Block, where: str, known: list[str]) -> None:
    missing = [key for key in known if key not in block.stages]
    if missing:
        raise _refusal(where, f"de beschrijving van {_named(missing)} ontbreekt")
    unknown = [key for key in block.stages if key not in known]
    if unknown:
        raise _refusal(where, f"het stadium {_named(unknown)} bestaat niet in dit instrument")


def _check_roles(document: Instrument) -> None:
    _check_known_once("questions", [question.role for question in document.questions], ROLES)
    _check_known_once("closing", [question.role for question in document.closing], CLOSING_ROLES)
    if document.question("stage") is None:
        raise _refusal("questions", "er is geen vraag met de rol 'stage'")


def _check_known_once(where: str, roles: list[str], known: tuple[str, ...]) -> None:
    for index, role in enumerate(roles):
        place = f"{where}[{index}].role"
        if role not in known:
            raise _refusal(place, f"de rol '{role}' bestaat niet (wel: {_named(known)})")
        if role in roles[:index]:
            raise _refusal(place, f"er is al een vraag met de rol '{role}'")


def _check_question(question: Question, where: str, pillars: set[str]) -> None:
    _check_options(question, f"{where}.options", pillars)
    if question.role == "wish" and (question.keep is None or question.move is None):
        raise _refusal(where, "een vraag naar de ambitie heeft 'keep' en 'move' nodig")
    if question.note and not 1 <= question.note.limit <= LONGEST_NOTE:
        raise _refusal(
            f"{where}.note.limit",
            f"de lengte moet van 1 tot {LONGEST_NOTE} tekens gaan, niet {question.note.limit}",
        )


def _check_options(question: Question, where: str, pillars: set[str]) -> None:
    if question.role in _WITH_OPTIONS and not question.options:
        raise _refusal(where, f"een vraag met de rol '{question.role}' heeft antwoorden nodig")
    marks = Counter(mark for option in question.options for mark in _marks(option))
    for mark, count in marks.items():
        if count > 1:
            raise _refusal(where, f"hoogstens één antwoord mag '{mark}' zijn, hier {count}")
    for index, option in enumerate(question.options):
        if question.role == "choice" and option.meaning not in MEANINGS:
            raise _refusal(
                f"{where}[{index}].meaning", f"een antwoord op deze vraag betekent een van {_named(MEANINGS)}"
            )
        if question.role in _WITH_PILLARS and not option.exclusive and option.pillar not in pillars:
            raise _refusal(f"{where}[{index}].pillar", _pillar_reason(option))


def _marks(option: Option) -> list[str]:
    return [mark for mark, present in (("exclusive", option.exclusive), ("other", option.other)) if present]


def _pillar_reason(option: Option) -> str:
    if option.pillar is None:
        return f"het antwoord '{option.key}' noemt geen pijler"
    return f"de pijler '{option.pillar}' bestaat niet in dit instrument"


def _check_bounds(closing: ClosingQuestion, where: str, blocks: int) -> None:
    if closing.least < 1:
        raise _refusal(f"{where}.least", "het kleinste aantal bouwstenen is minstens 1")
    if closing.most < closing.least:
        raise _refusal(
            f"{where}.most", f"het grootste aantal ({closing.most}) ligt onder het kleinste ({closing.least})"
        )
    if closing.most > blocks:
        raise _refusal(
            f"{where}.most", f"het grootste aantal ({closing.most}) is meer dan er bouwstenen zijn ({blocks})"
        )


def _named(keys: Iterable[str]) -> str:
    return ", ".join(f"'{key}'" for key in keys)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise InstrumentError(path, "", "het bestand bestaat niet") from error
    except UnicodeDecodeError as error:
        raise InstrumentError(path, f"byte {error.start}", "de tekst is geen UTF-8") from error
    except OSError as error:
        raise InstrumentError(path, "", f"het bestand is niet te lezen ({error.strerror})") from error


def _parse(path: Path, text: str) -> object:
    """The plain content of a YAML text, in which no mapping may give a key twice."""
    import yaml

    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
            seen: set[str] = set()
            for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
                if key.value in seen:
                    raise InstrumentError(
                        path, f"regel {key.start_mark.line + 1}", f"'{key.value}' staat er twee keer"
                    )
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    try:
        loader = Loader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"regel {mark.line + 1}" if mark else ""
        raise InstrumentError(path, where, f"dit is geen geldige YAML ({error.problem})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise InstrumentError(path, "", f"dit is geen geldige YAML ({reason})") from error


_DUTCH = (
    (r"Object missing required field `(.+)`", r"het veld '\1' ontbreekt"),
    (r"Object contains unknown field `(.+)`", r"het veld '\1' is onbekend"),
    (r"Expected `str` of length >= 1", "de tekst is leeg"),
    (r"Expected `str` of length <= (\d+)", r"de tekst telt meer dan \1 tekens"),
    (r"Expected `(.+)`, got `(.+)`", r"hier hoort \1, en er staat \2"),
)
_TYPES = {
    "str": "tekst",
    "int": "een geheel getal",
    "float": "een kommagetal",
    "bool": "true of false",
    "array": "een lijst",
    "object": "een groep velden",
    "null": "niets",
}


def _explain(message: str) -> tuple[str, str]:
    """Where and why, in Dutch, from a message like "Expected `str`, got `int` - at `$.stages[0].key`"."""
    problem, _, place = message.partition(" - at ")
    where = place.removeprefix("`key` in ").strip("`").removeprefix("$").removeprefix(".")
    for pattern, dutch in _DUTCH:
        found = re.fullmatch(pattern, problem)
        if found:
            return where, re.sub(r"hier hoort (.+), en er staat (.+)", _typed, found.expand(dutch))
    return where, f"dit past niet ({problem})"


def _typed(found: re.Match[str]) -> str:
    wanted = " of ".join(_TYPES.get(name, name) for name in found[1].split(" | "))
    return f"hier hoort {wanted}, en er staat {_TYPES.get(found[2], found[2])}"
