"""The trained model that the tests of the assistant share."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The path of the current model; NLU alone is trained where there is none."""
    from forloeb import training

    there = training.current()
    if there is not None:
        return there
    from rasa.model_training import train_nlu

    out = tmp_path_factory.mktemp("model")
    return Path(str(train_nlu(str(ROOT / "config.yml"), str(ROOT / "data" / "nlu"), str(out), fixed_model_name="nlu")))


@pytest.fixture(scope="session")
def agent(model):
    """Rasa's agent with the trained model, in this process and unpatched."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    from rasa.core.agent import Agent

    return Agent.load(str(model))


@pytest.fixture(scope="session")
def parse(agent):
    """Parses one message with the trained model."""
    loop = asyncio.new_event_loop()
    yield lambda text: loop.run_until_complete(agent.parse_message(text))
    loop.close()


os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
