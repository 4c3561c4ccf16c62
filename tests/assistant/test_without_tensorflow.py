"""The model understands without TensorFlow what it understands with it, and whoever needs it is told."""

import json
import subprocess
import sys

import pytest
import yaml

from forloeb.assistant import without_tensorflow
from forloeb.settings import ROOT

SAID = [
    "hvornår skal mit cv ligge klar?",
    "jeg er syg og kan ikke komme på torsdag",
    "æbler og pærer",
    "jeg kan ikke mere",
]
IN_A_PROCESS_OF_ITS_OWN = """
import asyncio, json, sys
from forloeb.assistant import without_tensorflow
without_tensorflow.stand_in()
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
without_tensorflow.seal()
found = [asyncio.run(agent.parse_message(said)) for said in json.loads(sys.argv[2])]
from rasa.nlu.classifiers.diet_classifier import DIET
import tensorflow
refused = []
for call in (lambda: DIET(), lambda: tensorflow.constant(1), lambda: tensorflow.keras.layers.Dense(8)):
    try:
        call()
    except without_tensorflow.NeedsTensorFlow as error:
        refused.append(str(error))
print(json.dumps({"found": found, "refused": refused, "origin": getattr(tensorflow, "__file__", None)}))
"""


def test_our_model_needs_none():
    assert not without_tensorflow.is_needed(ROOT / "config.yml")


@pytest.mark.parametrize("change", ["pipeline", "policies"])
def test_a_component_that_is_not_ours_can_need_it(tmp_path, change):
    config = yaml.safe_load((ROOT / "config.yml").read_text())
    config[change].append({"name": {"pipeline": "DIETClassifier", "policies": "TEDPolicy"}[change]})
    path = tmp_path / "config.yml"
    path.write_text(yaml.safe_dump(config))
    assert without_tensorflow.is_needed(path)


def test_it_is_not_put_in_the_place_of_the_real_one():
    import tensorflow

    assert tensorflow.__file__
    with pytest.raises(RuntimeError):
        without_tensorflow.stand_in()


def test_the_model_understands_the_same_and_calculating_is_refused(model, parse):
    command = [sys.executable, "-c", IN_A_PROCESS_OF_ITS_OWN, str(model), json.dumps(SAID)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["origin"] is None and len(told["refused"]) == 3
    for said, found in zip(SAID, told["found"], strict=True):
        expected = json.loads(json.dumps(parse(said)))
        assert found["intent"]["name"] == expected["intent"]["name"], said
        assert found["intent"]["confidence"] == pytest.approx(expected["intent"]["confidence"], abs=1e-4)
        assert found["entities"] == expected["entities"]
