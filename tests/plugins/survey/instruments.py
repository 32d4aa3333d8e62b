"""Small instruments of another shape than the shipped one: nothing about blocks or stages stands in code."""

from __future__ import annotations

from core.instrument_document import (
    Block,
    ClosingQuestion,
    Cluster,
    Instrument,
    Note,
    Option,
    Pillar,
    Question,
    Stage,
)

QUESTIONS = {
    "stage": Question(key="nu", role="stage", text="Waar staat {block}?"),
    "wish": Question(key="straks", role="wish", text="Waarheen?", keep="Zo laten", move="Naar {stage}"),
    "choice": Question(
        key="bewust",
        role="choice",
        text="Gekozen?",
        options=(
            Option(key="ja", text="Ja", meaning="deliberate"),
            Option(key="nee", text="Nee", meaning="context"),
        ),
        note=Note(label="Uitleg", limit=20),
    ),
    "differences": Question(
        key="verschil",
        role="differences",
        text="Verschillen?",
        options=(
            Option(key="geen", text="Geen", exclusive=True),
            Option(key="teams", text="Tussen teams"),
            Option(key="anders", text="Anders", other=True),
        ),
    ),
    "levers": Question(
        key="helpt",
        role="levers",
        text="Wat helpt?",
        options=(
            Option(key="een", text="Mensen", pillar="mensen"),
            Option(key="twee", text="Cultuur", pillar="mensen"),
        ),
    ),
}


def instrument(*roles: str, stages: int = 3, closing: tuple[ClosingQuestion, ...] = ()) -> Instrument:
    """An instrument of one cluster with two blocks, that asks the questions with these roles (all by default)."""
    names = ["laag", "midden", "hoog", "hoger", "hoogst", "top"][:stages]
    texts = {name: f"Zo is {name}." for name in names}
    return Instrument(
        key="proef",
        version="1",
        title="Proef",
        introduction="Een proef.",
        stages=tuple(Stage(key=name, name=name.title(), summary="Kort.") for name in names),
        pillars=(Pillar(key="mensen", name="Mensen", short="Mensen"),),
        questions=tuple(QUESTIONS[role] for role in roles or QUESTIONS),
        closing=closing,
        warning="Zeker?",
        clusters=(
            Cluster(
                key="alles",
                name="Alles",
                blocks=(
                    Block(key="a", name="Eerste", short="Eerste", definition="De eerste.", stages=texts),
                    Block(key="b", name="Tweede", short="Tweede", definition="De tweede.", stages=texts),
                ),
            ),
        ),
    )
