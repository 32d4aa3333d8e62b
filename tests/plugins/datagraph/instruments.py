"""Small instruments of our own for the graph, with names that no shipped instrument has."""

from __future__ import annotations

from core.instrument_document import Block, Cluster, Instrument, Option, Pillar, Question, Stage

STAGES = ("Begin", "Groei", "Bloei", "Oogst", "Rust", "Zaad")


def instrument(stages: int = 4, names: tuple[str, ...] = ("Eerste", "Tweede", "Derde")) -> Instrument:
    """An instrument of one pillar pair and two clusters: the first block apart from the others."""
    scale = tuple(Stage(key=name.lower(), name=name, summary=name) for name in STAGES[:stages])
    blocks = tuple(
        Block(
            key=f"blok{number}",
            name=name,
            short=name[:22].strip(),
            definition="Uitleg",
            stages={stage.key: "Tekst" for stage in scale},
        )
        for number, name in enumerate(names, start=1)
    )
    return Instrument(
        key="proef",
        version="1",
        title="Proef",
        introduction="Proef",
        stages=scale,
        pillars=(
            Pillar(key="mensen", name="De mensen", short="Mensen"),
            Pillar(key="middelen", name="De middelen", short="Middelen"),
        ),
        questions=(
            Question(key="stadium", role="stage", text="Waar?", options=(Option(key="a", text="a"),)),
        ),
        closing=(),
        warning="Let op",
        clusters=(
            Cluster(key="een", name="Cluster een", blocks=blocks[:1]),
            Cluster(key="twee", name="Cluster twee", blocks=blocks[1:]),
        ),
    )
