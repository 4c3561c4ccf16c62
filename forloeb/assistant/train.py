"""`python -m forloeb.assistant.train NAME`: trains one model into models/NAME.tar.gz with Rasa."""

from __future__ import annotations

import logging
import sys

from forloeb.settings import ROOT


def main(name: str) -> None:
    """Train; the exit status says whether it worked."""
    from rasa.model_training import train
    from rasa.utils.log_utils import configure_structlog

    # At Rasa's own default every rule and every utterance is logged at debug level.
    configure_structlog(logging.WARNING)
    result = train(
        domain=str(ROOT / "domain.yml"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data")],
        output=str(ROOT / "models"),
        fixed_model_name=name,
    )
    sys.exit(result.code)


if __name__ == "__main__":
    main(sys.argv[1])
