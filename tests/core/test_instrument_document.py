import copy
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
import yaml

from core.instrument_document import Instrument, InstrumentError, check, from_json, read_document, to_json

SHIPPED = Path(__file__).parents[2] / "content" / "instruments" / "poolster-clb-2025.yaml"

CODES = {
    "behartiger": ("KB5 S1", "W4 W5 W6"),
    "kernprocessen": ("KB2 KB3 B1 B2", "B1 V3"),
    "preventie": ("KB2 KB3 KB6 A1 A2", "W2"),
    "teamwerk": ("KB2 KB3 S1 S2 B2", "W1 B5"),
    "partnerschap": ("S2 S3 S4 BL5", "S1"),
    "netwerk": ("S4 S5 BL5", "S2 S3 S4 W7"),
    "beleid": ("BL1 BL2", "K3"),
    "plg": ("BL4 BL9", "P3"),
    "leiderschap": ("BL1 BL3", "K1 K2"),
    "onderzoek": ("KB1 K2 K3", "K5"),
    "praktijken": ("K2 K3", "K2"),
}


def block(key):
    described = {"low": "Soms.", "mid": "Vaak.", "high": "Altijd."}
    return {
        "key": key,
        "name": f"Bouwsteen {key}",
        "short": key,
        "definition": "Wat het is.",
        "stages": described,
    }


def small():
    """A small valid document, as the YAML would give it."""
    pillars = [
        {"key": "people", "text": "Mensen", "pillar": "people"},
        {"key": "no", "text": "Nee", "exclusive": True},
    ]
    return {
        "key": "small",
        "version": "1",
        "title": "Klein",
        "introduction": "Een klein instrument.",
        "stages": [{"key": key, "name": key.title(), "summary": "Zo."} for key in ("low", "mid", "high")],
        "pillars": [{"key": "people", "name": "Mensen en cultuur", "short": "Mensen"}],
        "questions": [
            {"key": "now", "role": "stage", "text": "Waar staat {block}?"},
            {"key": "later", "role": "wish", "text": "Waarheen?", "keep": "Blijven", "move": "Naar {stage}"},
            {
                "key": "why",
                "role": "choice",
                "text": "Waarom?",
                "options": [{"key": "own", "text": "Eigen keuze", "meaning": "deliberate"}],
                "note": {"label": "Toelichting", "limit": 200},
            },
            {
                "key": "where",
                "role": "differences",
                "text": "Verschilt het?",
                "options": [
                    {"key": "no", "text": "Nee", "exclusive": True},
                    {"key": "else", "text": "Anders", "other": True},
                ],
            },
            {"key": "up", "role": "levers", "text": "Wat helpt?", "options": copy.deepcopy(pillars)},
            {"key": "down", "role": "bottlenecks", "text": "Wat remt?", "options": copy.deepcopy(pillars)},
        ],
        "closing": [{"key": "first", "role": "priorities", "text": "Wat eerst?", "least": 1, "most": 2}],
        "warning": "Dit is definitief.",
        "clusters": [
            {"key": "one", "name": "Een", "blocks": [block("a"), block("b")]},
            {"key": "two", "name": "Twee", "blocks": [block("c")]},
        ],
    }


def small_instrument():
    return msgspec.convert(small(), Instrument)


def written(tmp_path, content):
    path = tmp_path / "instrument.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return path


def changed(*steps_and_value):
    """The small document with one place (keys and indexes) given another value."""
    *steps, last, value = steps_and_value
    document = small()
    place = document
    for step in steps:
        place = place[step]
    place[last] = value
    return document


def without(*steps):
    *steps, last = steps
    document = small()
    place = document
    for step in steps:
        place = place[step]
    del place[last]
    return document


def refused(path):
    with pytest.raises(InstrumentError) as caught:
        read_document(path)
    return caught.value


# The file that ships


@pytest.fixture(scope="module")
def shipped():
    return read_document(SHIPPED)


def test_shipped_instrument_has_three_clusters_in_the_order_of_the_handbook(shipped):
    assert [cluster.key for cluster in shipped.clusters] == ["begeleiding", "ecosysteem", "centrumbeleid"]
    assert [len(cluster.blocks) for cluster in shipped.clusters] == [3, 3, 5]


def test_shipped_instrument_has_eleven_blocks(shipped):
    assert [block.key for block in shipped.blocks] == list(CODES)


def test_shipped_instrument_has_four_stages_lowest_first(shipped):
    assert [stage.key for stage in shipped.stages] == [
        "fragmentair",
        "planmatig",
        "geintegreerd",
        "systematisch",
    ]


@pytest.mark.parametrize("key", CODES)
def test_shipped_block_refers_to_its_expectations_and_scales(shipped, key):
    found = shipped.block(key)
    codes = " ".join(part.code for part in found.expectations), " ".join(part.code for part in found.scales)
    assert codes == CODES[key]


@pytest.mark.parametrize("key", CODES)
def test_shipped_stage_descriptions_are_full_but_fit_on_a_card(shipped, key):
    lengths = {stage: len(text.split()) for stage, text in shipped.block(key).stages.items()}
    assert {stage: length for stage, length in lengths.items() if not 50 <= length <= 130} == {}


@pytest.mark.parametrize("key", CODES)
def test_shipped_block_gives_prompts_to_reflect_on(shipped, key):
    assert len(shipped.block(key).prompts) >= 3


def test_shipped_instrument_asks_one_question_of_each_role(shipped):
    roles = [question.role for question in shipped.questions]
    assert roles == ["stage", "wish", "choice", "differences", "levers", "bottlenecks"]


def test_shipped_instrument_closes_with_one_to_three_inspiring_blocks_or_none(shipped):
    inspiring = shipped.closing_question("inspiring")
    assert (inspiring.least, inspiring.most, bool(inspiring.none)) == (1, 3, True)


def test_shipped_instrument_closes_with_three_to_five_priorities(shipped):
    priorities = shipped.closing_question("priorities")
    assert (priorities.least, priorities.most, priorities.none) == (3, 5, None)


def test_shipped_texts_carry_no_noise_of_scanning(shipped):
    text = to_json(shipped)
    noise = ("geint", "geeval", "beinv", "continuiteit", "codrd", "cliént", "creéer", "|", "�", " ,", "..,")
    assert [piece for piece in noise if piece in text.replace('"geintegreerd"', "")] == []


def test_shipped_paragraphs_are_one_line_each_and_separated_by_a_blank_line(shipped):
    lines = to_json(shipped).replace("\\n\\n", "")
    assert "\\n" not in lines


def test_shipped_questions_name_the_block_and_hold_no_other_placeholder(shipped):
    for question in shipped.questions:
        assert "{block}" in question.text
        assert "{" not in question.text.replace("{block}", "") + question.help
    assert "{stage}" in shipped.question("wish").move


@pytest.mark.parametrize("kind", ["expectations", "scales"])
def test_shipped_code_says_the_same_in_every_block(shipped, kind):
    parts = [part for block in shipped.blocks for part in getattr(block, kind)]
    assert len({part.code for part in parts}) == len(set(parts))


# What an instrument answers


def test_blocks_come_in_order_over_the_clusters():
    assert [block.key for block in small_instrument().blocks] == ["a", "b", "c"]


def test_block_is_found_by_its_key():
    assert small_instrument().block("b").name == "Bouwsteen b"


def test_unknown_block_is_a_key_error():
    with pytest.raises(KeyError):
        small_instrument().block("z")


def test_lowest_stage_has_value_one():
    assert [small_instrument().stage_value(key) for key in ("low", "mid", "high")] == [1, 2, 3]


def test_unknown_stage_is_a_key_error():
    with pytest.raises(KeyError):
        small_instrument().stage_value("z")


def test_stage_is_found_by_its_value():
    assert small_instrument().stage(3).key == "high"


@pytest.mark.parametrize("value", [-1, 0, 4])
def test_value_off_the_scale_is_an_index_error(value):
    with pytest.raises(IndexError):
        small_instrument().stage(value)


def test_cluster_is_found_by_one_of_its_blocks():
    assert small_instrument().cluster_of("c").key == "two"


def test_cluster_of_an_unknown_block_is_a_key_error():
    with pytest.raises(KeyError):
        small_instrument().cluster_of("z")


def test_question_is_found_by_its_role():
    assert small_instrument().question("wish").key == "later"


def test_role_that_is_not_asked_gives_no_question():
    assert msgspec.convert(without("questions", 1), Instrument).question("wish") is None


def test_closing_question_is_found_by_its_role():
    assert small_instrument().closing_question("priorities").key == "first"


def test_closing_role_that_is_not_asked_gives_no_question():
    assert small_instrument().closing_question("inspiring") is None


def test_document_survives_json():
    assert from_json(to_json(small_instrument())) == small_instrument()


def test_json_writes_defaults_out_so_that_a_kept_version_never_changes():
    assert json.loads(to_json(small_instrument()))["closing"][0]["none"] is None


def test_importing_the_module_does_not_load_yaml():
    script = "import sys, core.instrument_document; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=SHIPPED.parents[2], check=False).returncode == 0


# What is refused


def test_small_document_is_accepted(tmp_path):
    assert read_document(written(tmp_path, small())) == small_instrument()


@pytest.mark.parametrize(
    ("document", "where", "reason"),
    [
        pytest.param(without("title"), "", "het veld 'title' ontbreekt", id="missing field"),
        pytest.param(without("clusters", 0, "blocks", 1, "stages"), "clusters[0].blocks[1]", "'stages' ontbreekt",
                     id="missing nested field"),
        pytest.param(changed("stages", 1, "colour", "red"), "stages[1]", "'colour' is onbekend", id="unknown field"),
        pytest.param(changed("version", 2025.1), "version", "hier hoort tekst, en er staat een kommagetal",
                     id="wrong type"),
        pytest.param(changed("pillars", None), "pillars", "hier hoort een lijst, en er staat niets", id="empty list"),
        pytest.param(changed("warning", ""), "warning", "de tekst is leeg", id="empty text"),
        pytest.param(changed("clusters", 0, "blocks", 0, "short", "x" * 23), "clusters[0].blocks[0].short",
                     "meer dan 22 tekens", id="long label"),
        pytest.param("- a list", "", "hier hoort een groep velden, en er staat een lijst", id="list"),
        pytest.param("", "", "hier hoort een groep velden, en er staat niets", id="empty file"),
        pytest.param(without("stages", 2), "stages", "3 tot 6 stadia, hier 2", id="two stages"),
        pytest.param(changed("stages", [{"key": f"s{i}", "name": "S", "summary": "S"} for i in range(7)]), "stages",
                     "3 tot 6 stadia, hier 7", id="seven stages"),
        pytest.param(changed("key", "Small"), "key", "'Small' is geen goede sleutel", id="capital in key"),
        pytest.param(changed("stages", 0, "key", "1st"), "stages[0].key", "geen goede sleutel", id="digit first"),
        pytest.param(changed("clusters", 1, "blocks", 0, "key", "a b"), "clusters[1].blocks[0].key",
                     "geen goede sleutel", id="space in key"),
        pytest.param(changed("questions", 2, "options", 0, "key", "é"), "questions[2].options[0].key",
                     "geen goede sleutel", id="accent in key"),
        pytest.param(changed("stages", 1, "key", "low"), "stages[1].key", "komt al eerder voor", id="stage twice"),
        pytest.param(changed("pillars", small()["pillars"] * 2), "pillars[1].key", "komt al eerder voor",
                     id="pillar twice"),
        pytest.param(changed("questions", 1, "key", "now"), "questions[1].key", "komt al eerder voor",
                     id="question twice"),
        pytest.param(changed("questions", 3, "options", 1, "key", "no"), "questions[3].options[1].key",
                     "komt al eerder voor", id="option twice"),
        pytest.param(changed("closing", small()["closing"] * 2), "closing[1].key", "komt al eerder voor",
                     id="closing question twice"),
        pytest.param(changed("clusters", 1, "key", "one"), "clusters[1].key", "komt al eerder voor",
                     id="cluster twice"),
        pytest.param(changed("clusters", 1, "blocks", 0, "key", "a"), "clusters[1].blocks[0].key",
                     "'a' komt al eerder voor", id="block twice over clusters"),
        pytest.param(changed("clusters", []), "clusters", "geen enkele bouwsteen", id="no blocks"),
        pytest.param(without("clusters", 0, "blocks", 1, "stages", "mid"), "clusters[0].blocks[1].stages",
                     "de beschrijving van 'mid' ontbreekt", id="stage not described"),
        pytest.param(changed("clusters", 0, "blocks", 1, "stages", "top", "Top."), "clusters[0].blocks[1].stages",
                     "het stadium 'top' bestaat niet", id="unknown stage described"),
        pytest.param(without("questions", 0), "questions", "geen vraag met de rol 'stage'", id="no stage question"),
        pytest.param(changed("questions", 1, "role", "stage"), "questions[1].role",
                     "er is al een vraag met de rol 'stage'", id="role twice"),
        pytest.param(changed("questions", 1, "role", "mood"), "questions[1].role", "de rol 'mood' bestaat niet",
                     id="unknown role"),
        pytest.param(changed("closing", 0, "role", "stage"), "closing[0].role", "de rol 'stage' bestaat niet",
                     id="unknown closing role"),
        pytest.param(without("questions", 1, "move"), "questions[1]", "'keep' en 'move'", id="wish without move"),
        pytest.param(without("questions", 2, "options"), "questions[2].options", "heeft antwoorden nodig",
                     id="choice without options"),
        pytest.param(without("questions", 2, "options", 0, "meaning"), "questions[2].options[0].meaning",
                     "'deliberate', 'context', 'both'", id="choice without meaning"),
        pytest.param(changed("questions", 2, "options", 0, "meaning", "luck"), "questions[2].options[0].meaning",
                     "'deliberate', 'context', 'both'", id="unknown meaning"),
        pytest.param(without("questions", 4, "options", 0, "pillar"), "questions[4].options[0].pillar",
                     "noemt geen pijler", id="lever without pillar"),
        pytest.param(changed("questions", 5, "options", 0, "pillar", "money"), "questions[5].options[0].pillar",
                     "de pijler 'money' bestaat niet", id="unknown pillar"),
        pytest.param(changed("questions", 3, "options", 1, "exclusive", True), "questions[3].options",
                     "hoogstens één antwoord mag 'exclusive' zijn, hier 2", id="two exclusive options"),
        pytest.param(changed("questions", 3, "options", 0, "other", True), "questions[3].options",
                     "hoogstens één antwoord mag 'other' zijn, hier 2", id="two other options"),
        pytest.param(changed("questions", 2, "note", "limit", 0), "questions[2].note.limit", "niet 0",
                     id="note without room"),
        pytest.param(changed("questions", 2, "note", "limit", 10_001), "questions[2].note.limit", "niet 10001",
                     id="note too long"),
        pytest.param(changed("closing", 0, "least", 0), "closing[0].least", "minstens 1", id="least below one"),
        pytest.param(changed("closing", 0, "least", 3), "closing[0].most", "(2) ligt onder het kleinste (3)",
                     id="most below least"),
        pytest.param(changed("closing", 0, "most", 4), "closing[0].most", "(4) is meer dan er bouwstenen zijn (3)",
                     id="most above the blocks"),
        pytest.param("key: small\nkey: other\n", "regel 2", "'key' staat er twee keer", id="key twice"),
        pytest.param("a:\n  - {b: 1,\n     b: 2}\n", "regel 3", "'b' staat er twee keer", id="nested key twice"),
        pytest.param("key: small\ntitle: [open\n", "regel 3", "geen geldige YAML", id="syntax error"),
        pytest.param("key: !!python/name:os.system\n", "regel 1", "geen geldige YAML", id="unsafe tag"),
        pytest.param("key: 2025-13-45\n", "", "geen geldige YAML", id="impossible date"),
        pytest.param("key: \x07\n", "", "geen geldige YAML", id="control character"),
    ],
)  # fmt: skip
def test_wrong_file_is_refused_with_its_place_and_a_reason(tmp_path, document, where, reason):
    error = refused(written(tmp_path, document))
    assert error.where == where
    assert reason in error.reason


def test_missing_file_is_refused(tmp_path):
    assert refused(tmp_path / "none.yaml").reason == "het bestand bestaat niet"


def test_folder_is_refused(tmp_path):
    assert "niet te lezen" in refused(tmp_path).reason


def test_file_in_another_encoding_is_refused_with_the_place(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: Geïntegreerd".encode("latin-1"))
    error = refused(path)
    assert (error.where, error.reason) == ("byte 9", "de tekst is geen UTF-8")


def test_refusal_reads_as_one_sentence_with_file_place_and_reason(tmp_path):
    path = written(tmp_path, changed("stages", 1, "key", "low"))
    sentence = (
        f"Het instrumentbestand {path} klopt niet bij stages[1].key: de sleutel 'low' komt al eerder voor."
    )
    assert str(refused(path)) == sentence


def test_refusal_of_a_whole_file_names_no_place(tmp_path):
    path = tmp_path / "none.yaml"
    assert str(refused(path)) == f"Het instrumentbestand {path} klopt niet: het bestand bestaat niet."


def test_document_that_is_not_from_a_file_can_be_checked():
    with pytest.raises(InstrumentError, match=r"^Het instrument klopt niet bij stages: "):
        check(msgspec.convert(without("stages", 2), Instrument))
