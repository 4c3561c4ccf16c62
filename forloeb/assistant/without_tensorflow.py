"""Starts Rasa without TensorFlow where the model has no component that calculates with it.

Rasa imports TensorFlow wherever it is used or not: for the classes of DIET and TED, which our configuration does not
name. Here its modules are stood in for: what is defined with them at import is defined over nothing, and whoever
calculates with it is told so (docs/decisions/0009-start.md). Only the serving process does this; training does not.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from forloeb.errors import ForloebError

PACKAGES = ("tensorflow", "tensorflow_hub", "tensorflow_io", "keras", "tf_keras")
POLICIES = {"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy"}


class NeedsTensorFlow(ForloebError):
    """Something calculates with TensorFlow, which this process was started without."""


def is_needed(config: Path) -> bool:
    """Whether something in Rasa's configuration can need it: all but components of ours and policies of rules."""
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    components = [entry["name"] for entry in content.get("pipeline") or []]
    policies = [entry["name"] for entry in content.get("policies") or []]
    return not (all(name.startswith("forloeb.") for name in components) and POLICIES.issuperset(policies))


class _Kind(type):
    """The type of every stand-in class: any attribute of one is another."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(f"{cls.__qualname__}.{name}")

    def __call__(cls, *arguments: Any, **named: Any) -> Any:
        if _Finder.sealed or cls.__module__ != __name__:
            name = f"{cls.__module__}.{cls.__qualname__}"
            raise NeedsTensorFlow("needs_tensorflow", f"{name} calculates with TensorFlow, which is not here.")
        if len(arguments) == 1 and not named and callable(arguments[0]):
            return arguments[0]
        return cls

    def __getitem__(cls, _key: Any) -> Any:
        return cls

    def __or__(cls, _other: Any) -> Any:
        return cls

    __ror__ = __or__


def _stand_in(name: str) -> Any:
    return _Kind(name.rpartition(".")[2], (), {"__qualname__": name, "__module__": __name__})


class _Module(ModuleType):
    """A module of which everything can be named."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _stand_in(f"{self.__name__}.{name}")
        setattr(self, name, found)
        return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    sealed = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        ours = fullname.partition(".")[0] in PACKAGES
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if ours else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def stand_in() -> None:
    """From now on `import tensorflow` gives the stand-in.

    Raises:
        RuntimeError: TensorFlow is imported already.
    """
    if any(package in sys.modules for package in PACKAGES):
        raise RuntimeError("TensorFlow is imported already")
    sys.meta_path.insert(0, _Finder())


def seal() -> None:
    """Everything is imported: from now on whoever calls anything of a stand-in raises NeedsTensorFlow."""
    _Finder.sealed = True
