"""`dataclass`: that of the standard library, whose methods are written when they are first needed.

The standard library writes six methods as text and compiles them: about a millisecond for each of
hundreds of classes, of which a start uses few. Here methods that need no text are shared, and
`__init__` is left to the standard library once the first object is made.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, slots=False, eq=True):
        """As `dataclasses.dataclass`, as far as it is used here. Any thread may make the first
        object of a class."""
        if cls is None:
            return lambda cls: _Later(cls, frozen=frozen, slots=slots, eq=eq).cls
        return _Later(cls, frozen=frozen, slots=slots, eq=eq).cls


__all__ = ["dataclass"]

_Values = Callable[[object], tuple[Any, ...]]
_ATTRIBUTES = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
# What every class has by itself, and one that is made of it gets anew.
_BY_ITSELF = frozenset({"__dict__", "__weakref__"})


class _Later:
    """What is known of a class, `cls`, whose methods are not written yet."""

    __slots__ = (
        "_annotations",
        "_defaults",
        "_has_eq",
        "_is_frozen",
        "by_hand",
        "cls",
        "is_written",
    )

    def __init__(self, cls: type, *, frozen: bool, slots: bool, eq: bool) -> None:
        self._is_frozen, self._has_eq = frozen, eq
        self._annotations: dict[str, Any] = vars(cls).get("__annotations__", {})
        names = [name for name, kind in self._annotations.items() if not _is_class_variable(kind)]
        self._defaults = {name: vars(cls)[name] for name in names if name in vars(cls)}
        # A __hash__ of None is Python's own, of a class with an __eq__ by hand.
        self.is_written = False
        self.by_hand = tuple(
            name
            for name, member in vars(cls).items()
            if name in _WRITTEN and not (name == "__hash__" and member is None)
        )
        self.cls = _slotted(cls, names) if slots else cls
        self._put(__init__=_init, __repr__=_repr, **_LATER)
        if eq:
            self._put(__eq__=_eq, __hash__=_hash if frozen else None)
        if frozen:
            self._put(__setattr__=_refuse_setting, __delattr__=_refuse_deleting)
        if frozen and slots:
            self._put(__getstate__=_state, __setstate__=_set_state)
        _made[self.cls] = self

    def write(self) -> None:
        """Put the methods where the stubs are. Two threads may do so at once: each puts all."""
        twin = self._twin()
        fields = dataclasses.fields(twin)
        self._put_comparing(
            _values(field.name for field in fields if field.compare),
            _values(f.name for f in fields if (f.compare if f.hash is None else f.hash)),
        )
        self._put(__init__=vars(twin)["__init__"])
        self._put(**{name: vars(twin)[name] for name in _ATTRIBUTES})
        self.is_written = True

    def _put(self, **members: Any) -> None:
        for name, member in members.items():
            if name not in self.by_hand:
                setattr(self.cls, name, member)

    def _put_comparing(self, compared: _Values, hashed: _Values) -> None:
        def __eq__(self: object, other: object) -> Any:  # noqa: N807
            if other.__class__ is not self.__class__:
                return NotImplemented
            return compared(self) == compared(other)

        def __hash__(self: object) -> int:  # noqa: N807
            return hash(hashed(self))

        if self._has_eq:
            self._put(__eq__=__eq__)
        if self._has_eq and self._is_frozen:
            self._put(__hash__=__hash__)

    def _twin(self) -> type:
        """A class with the same fields whose methods the standard library has written."""
        cls = self.cls
        members = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__ or cls.__name__,  # else it makes one of the signature
            "__annotations__": self._annotations,
            **self._defaults,
        }
        if hasattr(cls, "__post_init__"):
            members["__post_init__"] = None  # it only looks whether there is one
        made = type(cls)(cls.__name__, cls.__bases__, members)
        return dataclasses.dataclass(made, repr=False, eq=False, frozen=self._is_frozen)


_made: dict[type, _Later] = {}


def _written(cls: type, name: str) -> Any:
    """What stands in the place of the stub `name`, which `cls` has, or one of its bases: where one
    is written by hand, it may have called that of a base."""
    made = (_made[each] for each in cls.__mro__ if each in _made)
    later = next(each for each in made if name not in each.by_hand)
    if not later.is_written:
        later.write()
    return vars(later.cls)[name]


# Stubs, for all classes.


def _init(self: object, *args: Any, **kwargs: Any) -> None:
    _written(type(self), "__init__")(self, *args, **kwargs)


def _eq(self: object, other: object) -> Any:
    return _written(type(self), "__eq__")(self, other)


def _hash(self: object) -> int:
    return int(_written(type(self), "__hash__")(self))


class _Attribute:
    """An attribute of a class that is there once its methods are."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        return _written(owner, self._name)


_LATER = {name: _Attribute(name) for name in _ATTRIBUTES}


def _is_class_variable(kind: object) -> bool:
    return str(kind).removeprefix("typing.").startswith("ClassVar")


def _slotted(cls: type, names: list[str]) -> type:
    """The same class with slots: one that exists can get none."""
    left_out = {*names, *_BY_ITSELF}
    members = {name: member for name, member in vars(cls).items() if name not in left_out}
    inherited = [name for base in cls.__mro__[1:] for name in vars(base).get("__slots__", ())]
    members["__slots__"] = tuple(name for name in names if name not in inherited)
    made = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made


def _values(names: Iterable[str]) -> _Values:
    """What reads these attributes of an object."""
    listed = tuple(names)
    if not listed:
        return lambda _: ()
    get = attrgetter(*listed)
    return get if len(listed) > 1 else lambda instance: (get(instance),)


# Methods for all classes, which do as those that the standard library writes.


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (field.name for field in dataclasses.fields(self) if field.repr)
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
    return f"{type(self).__qualname__}({values})"


def _refuse_setting(_: object, name: str, _value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(_: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_WRITTEN = frozenset(
    {
        *("__init__", "__repr__", "__eq__", "__hash__", "__setattr__", "__delattr__"),
        *("__getstate__", "__setstate__", *_ATTRIBUTES),
    }
)
