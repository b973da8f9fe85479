"""`dataclass`: whatever it is given, the class does as one of the standard library."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import Any, ClassVar

import pytest

import tray_app
from tray_app.core import lazy_dataclasses

Decorator = Callable[..., Any]
DECORATORS: dict[str, Decorator] = {
    "standard": dataclasses.dataclass,
    "lazy": lazy_dataclasses.dataclass,
}


def classes(dataclass: Decorator) -> dict[str, type]:
    """Classes of every kind in use."""

    @dataclass(frozen=True, slots=True)
    class Plain:
        """With its own words."""

        name: str
        size: int = 3
        rows: tuple[int, ...] = ()
        LIMIT: ClassVar[int] = 7

        @property
        def double(self) -> int:
            return 2 * self.size

    @dataclass(frozen=True, slots=True)
    class Wider(Plain):
        size: int = 4
        note: str = field(default="", compare=False)
        secret: str = field(default="", repr=False)
        made: list[int] = field(default_factory=list, hash=False)

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True)
    class One:
        value: float = 0.0

    @dataclass(frozen=True)
    class Open:
        value: int = 1

        @cached_property
        def twice(self) -> int:
            return 2 * self.value

    @dataclass
    class Mutable:
        value: int = 1
        items: list[int] = field(default_factory=list)

    @dataclass(slots=True, eq=False)
    class Same:
        value: int = 1

    @dataclass(frozen=True, slots=True)
    class ByHand:
        value: int = 1

        def __eq__(self, other: object) -> bool:
            return True

        def __repr__(self) -> str:
            return "by hand"

    @dataclass(frozen=True, slots=True)
    class Hashed:
        value: int = 1

        def __hash__(self) -> int:
            return 5

    @dataclass(frozen=True, slots=True)
    class After:
        value: int
        index: dict[int, int] = field(init=False, default_factory=dict)

        def __post_init__(self) -> None:
            object.__setattr__(self, "index", {self.value: 1})

    @dataclass(frozen=True, slots=True)
    class OverPlain(Plain):
        extra: int = 0

        def __init__(self, name: str) -> None:
            Plain.__init__(self, name, 9)
            object.__setattr__(self, "extra", 5)

        def __eq__(self, other: object) -> bool:
            return Plain.__eq__(self, other) is True

    class Child(Open):
        def __init__(self) -> None:
            super().__init__(7)

    found = (Plain, Wider, Empty, One, Open, Mutable, Same, ByHand, Hashed, After, OverPlain, Child)
    return {each.__name__: each for each in found}


MADE: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("Plain", ("a",), {}),
    ("Plain", ("a", 1), {"rows": (1, 2)}),
    ("Plain", (), {}),
    ("Plain", ("a",), {"nonsense": 1}),
    ("Wider", ("a",), {"note": "n", "secret": "s"}),
    ("Wider", ("a", 5, (), "n"), {}),
    ("Empty", (), {}),
    ("One", (float("nan"),), {}),
    ("Open", (4,), {}),
    ("Mutable", (), {}),
    ("Same", (2,), {}),
    ("ByHand", (2,), {}),
    ("Hashed", (2,), {}),
    ("After", (3,), {}),
    ("After", (), {}),
    ("OverPlain", ("a",), {}),
    ("Child", (), {}),
]


def outcome(do: Callable[[], Any]) -> Any:
    """What it gives, or which error with which words, without the names of functions."""
    try:
        return do()
    except (TypeError, AttributeError) as error:
        return type(error), str(error).replace("dataclass.", "")


def told(made: Any, other: Any) -> dict[str, Any]:
    """All that can be asked of an object; `other` was made of the same values."""
    cls: Any = type(made)
    name = next(iter(cls.__match_args__), "")
    return {
        "repr": outcome(lambda: repr(made)),
        "equal": outcome(lambda: made == other),
        "to another": made == 1,
        "hash": outcome(lambda: isinstance(hash(made), int) and hash(made) == hash(other)),
        "set": outcome(lambda: name and cls.__setattr__(made, name, getattr(made, name))),
        "delete": outcome(lambda: name and cls.__delattr__(other, name)),
        "dict": dataclasses.asdict(made),
        "fields": [(each.name, each.default, each.compare) for each in dataclasses.fields(made)],
        "match": cls.__match_args__,
        "copied": repr(copy.copy(made)),
        "replaced": outcome(lambda: repr(dataclasses.replace(made))),
        "has a dict": hasattr(made, "__dict__"),
        "slots": vars(cls).get("__slots__"),
        "is one": dataclasses.is_dataclass(made),
        "doc": cls.__doc__ if cls.__name__ == "Plain" else "",
    }


@pytest.mark.parametrize("many", [0, lazy_dataclasses.MANY - 1, lazy_dataclasses.MANY])
@pytest.mark.parametrize(("name", "values", "named"), MADE)
def test_an_object_does_as_one_of_the_standard_library(
    name: str, values: tuple[Any, ...], named: dict[str, Any], many: int
) -> None:
    """One of the first, one of the last before its class is written, one behind that."""
    answers = {}
    for kind, made_by in classes_anew().items():
        made = [outcome(lambda: made_by[name](*values, **named)) for _ in range(many + 2)]  # noqa: B023
        one, other = made[many:]
        is_made = isinstance(one, made_by[name])
        answers[kind] = told(one, other) if is_made else (one, other)
    assert str(answers["lazy"]) == str(answers["standard"])


def classes_anew() -> dict[str, dict[str, type]]:
    """Classes of which no object was made yet."""
    return {kind: classes(dataclass) for kind, dataclass in DECORATORS.items()}


def test_what_is_no_field_cannot_be_set_either() -> None:
    """The standard library means to say so, but has an error of its own there."""
    plain: Any = classes(lazy_dataclasses.dataclass)["Plain"]("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="nonsense"):
        plain.nonsense = 1


@pytest.mark.parametrize("first", ["fields", "signature", "replace", "match", "subclass"])
def test_a_class_can_be_asked_before_there_is_an_object(first: str) -> None:
    made_by = classes(lazy_dataclasses.dataclass)
    plain: Any = made_by["Plain"]
    if first == "fields":
        assert [each.name for each in dataclasses.fields(plain)] == ["name", "size", "rows"]
        assert list(inspect.signature(plain).parameters) == ["name", "size", "rows"]
    elif first == "signature":
        assert plain.LIMIT == 7
        assert dataclasses.is_dataclass(plain)
    elif first == "replace":
        assert dataclasses.replace(plain("a"), size=9).size == 9
    elif first == "match":
        match plain("a", 2):
            case plain(name, size):
                assert (name, size) == ("a", 2)
    else:
        assert repr(made_by["Wider"]("a")).endswith(
            "Wider(name='a', size=4, rows=(), note='', made=[])"
        )


@lazy_dataclasses.dataclass(frozen=True, slots=True)
class Pickled:
    value: int
    name: str = "n"


def test_an_object_comes_back_from_bytes_in_a_process_that_has_made_none() -> None:
    code = (
        "import pickle, sys\n"
        "found = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
        "print(found.value, found.name, found == pickle.loads(bytes.fromhex(sys.argv[1])))\n"
    )
    data = pickle.dumps(Pickled(4)).hex()
    done = subprocess.run(
        [sys.executable, "-c", code, data], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["4", "n", "True"]


def test_many_threads_may_make_the_first_object() -> None:
    for _ in range(20):
        plain: Any = classes(lazy_dataclasses.dataclass)["Wider"]
        ready = threading.Barrier(4)
        made: list[Any] = []

        def make(plain: Any = plain, ready: Any = ready, made: Any = made) -> None:
            ready.wait()
            made.append(plain("a", made=[1]))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 4
        assert all(each == made[0] and each.size == 4 for each in made)


def test_nothing_is_written_before_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[type] = []
    standard = dataclasses.dataclass

    def count(cls: type, **options: Any) -> type:
        written.append(cls)
        return standard(cls, **options)

    monkeypatch.setattr(dataclasses, "dataclass", count)
    made_by = classes(lazy_dataclasses.dataclass)
    assert not written
    plain, wider = made_by["Plain"], made_by["Wider"]
    made = [plain(name=str(number)) for number in range(lazy_dataclasses.MANY)]
    assert (made[0] == plain("0"), made[0] == made[1], len(set(made))) == (True, False, len(made))
    assert [cls.__name__ for cls in written] == ["Plain"], "there are many of them by now"
    assert not hasattr(wider("a", made=[1]), "nonsense")
    assert wider("a", note="n") == wider("a", note="another")
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        wider()
    assert [cls.__name__ for cls in written] == ["Plain", "Wider"], "an error is told as ever"


@pytest.mark.parametrize(
    ("members", "values"),
    [
        ({"__annotations__": {"a": "list"}, "a": []}, ()),
        ({"__annotations__": {"a": "int", "b": "int"}, "a": 1}, (1, 2)),
    ],
    ids=["mutable default", "default before one without"],
)
def test_what_the_standard_library_refuses_is_refused(
    members: dict[str, Any], values: tuple[int, ...]
) -> None:
    refusals = []
    for dataclass in DECORATORS.values():
        with pytest.raises((ValueError, TypeError)) as refused:
            dataclass(frozen=True)(type("A", (), dict(members)))(*values)
        refusals.append(str(refused.value))
    assert refusals[0] == refusals[1]


def test_a_class_that_says_itself_how_it_is_set_is_asked() -> None:
    for dataclass in DECORATORS.values():

        @dataclass
        class Loud:
            value: int = 1

            def __setattr__(self, name: str, value: int) -> None:
                object.__setattr__(self, name, value + 1)

        assert Loud(4).value == 5


def test_every_class_of_the_program_has_the_methods_that_its_fields_ask_for() -> None:
    found: set[type] = set()
    for module in pkgutil.walk_packages(tray_app.__path__, "tray_app."):
        if not module.name.endswith("__main__"):
            found |= {
                each
                for each in vars(importlib.import_module(module.name)).values()
                if isinstance(each, type)
                and each.__module__.startswith("tray_app")
                and "__dataclass_fields__" in vars(each)
            }
    assert len(found) > 300
    for cls in found:
        fields = [each.name for each in dataclasses.fields(cls) if each.init]
        assert list(inspect.signature(cls).parameters) == fields, cls
        assert list(cls.__match_args__) == fields, cls  # type: ignore[attr-defined]
