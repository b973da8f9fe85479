"""`dataclass`: that of the standard library, whose methods are written when they are first needed.

The standard library writes six methods as text and compiles them: about a millisecond for each of
hundreds of classes, of which a start uses few, and of most of these a handful of objects. Here
methods that need no text are shared, and `__init__` is left to the standard library once there are
many objects, or one that is made of wrong values: what it says of them is what one reads then.
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

MANY = 100
"""So many objects of a class are made without an `__init__` of its own: each takes some
microseconds longer, and writing one as long as two hundred of them."""

_Values = Callable[[object], tuple[Any, ...]]
_ATTRIBUTES = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
# What every class has by itself, and one that is made of it gets anew.
_BY_ITSELF = frozenset({"__dict__", "__weakref__"})


class _Later:
    """What is known of a class, `cls`, whose methods are not written yet."""

    __slots__ = (
        "_begun",
        "_defaults",
        "_has_eq",
        "_is_frozen",
        "_plan",
        "annotations",
        "by_hand",
        "cls",
        "is_written",
        "names",
    )

    def __init__(self, cls: type, *, frozen: bool, slots: bool, eq: bool) -> None:
        self._is_frozen, self._has_eq = frozen, eq
        self.annotations: dict[str, Any] = vars(cls).get("__annotations__", {})
        names = [name for name, kind in self.annotations.items() if not _is_class_variable(kind)]
        self.names = tuple(names)
        self._defaults = {name: vars(cls)[name] for name in names if name in vars(cls)}
        # A __hash__ of None is Python's own, of a class with an __eq__ by hand.
        self.is_written = False
        self._begun = 0
        self._plan: _Plan | None = None
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

    def begin(self, instance: object, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
        """Fill one of the first objects; False where the written `__init__` has to."""
        self._begun += 1  # two threads may count one as one: nothing hangs on it
        if self._begun == 1:
            self._plan = self._planned()
        plan = self._plan
        return plan is not None and self._begun <= MANY and plan.fill(instance, args, named)

    def _planned(self) -> _Plan | None:
        """None for what this does not know, or nobody may write."""
        fields: dict[str, Any] = {}
        for base in reversed(self.cls.__mro__):
            later = _made.get(base)
            if later is not None:
                if any("InitVar" in str(later.annotations[name]) for name in later.names):
                    return None
                fields.update((name, later.default_of(name)) for name in later.names)
            elif "__dataclass_fields__" in vars(base):
                return None
        if not self._is_frozen and any("__setattr__" in vars(c) for c in self.cls.__mro__[:-1]):
            return None
        plan = _Plan.of(fields, has_more=hasattr(self.cls, "__post_init__"))
        if plan is not None:
            self._put_comparing(_values(plan.compared), _values(plan.hashed))
        return plan

    def default_of(self, name: str) -> Any:
        """What stands behind the name of a field, dataclasses.MISSING for nothing."""
        return self._defaults.get(name, dataclasses.MISSING)

    def write(self) -> None:
        """Put the methods where the stubs are. Two threads may do so at once: each puts all."""
        twin = self._twin()
        fields = dataclasses.fields(twin)
        self._put_comparing(
            _values(field.name for field in fields if field.compare),
            _values(field.name for field in fields if _is_hashed(field)),
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
            "__annotations__": self.annotations,
            **self._defaults,
        }
        if hasattr(cls, "__post_init__"):
            members["__post_init__"] = None  # it only looks whether there is one
        made = type(cls)(cls.__name__, cls.__bases__, members)
        return dataclasses.dataclass(made, repr=False, eq=False, frozen=self._is_frozen)


class _Plan:
    """How an object is filled with `names`, in their order."""

    __slots__ = ("compared", "defaults", "factories", "has_more", "hashed", "names")

    def __init__(self, names: tuple[str, ...], *, has_more: bool) -> None:
        self.names = names
        self.defaults: dict[str, Any] = {}
        self.factories: dict[str, Callable[[], Any]] = {}
        self.compared = list(names)
        self.hashed = list(names)
        self.has_more = has_more

    @classmethod
    def of(cls, fields: dict[str, Any], *, has_more: bool) -> _Plan | None:
        """Of names and what stands behind them; None where the standard library has more to do, or
        refuses them."""
        plan = cls(tuple(fields), has_more=has_more)
        for name, given in fields.items():
            default = given
            if isinstance(given, dataclasses.Field):
                if not given.init or given.kw_only is True:
                    return None
                if not given.compare:
                    plan.compared.remove(name)
                if not _is_hashed(given):
                    plan.hashed.remove(name)
                if given.default_factory is not dataclasses.MISSING:
                    plan.factories[name] = given.default_factory
                    continue
                default = given.default
            if default is not dataclasses.MISSING:
                if type(default).__hash__ is None or hasattr(type(default), "__get__"):
                    return None
                plan.defaults[name] = default
            elif plan.defaults or plan.factories:
                return None
        return plan

    def fill(self, instance: object, args: tuple[Any, ...], named: dict[str, Any]) -> bool:
        """False, and nothing set, for values that are missing, too many or unknown."""
        values, taken = list(args), 0
        for name in self.names[len(args) :]:
            if name in named:
                values.append(named[name])
                taken += 1
            elif name in self.defaults:
                values.append(self.defaults[name])
            elif name in self.factories:
                values.append(self.factories[name]())
            else:
                return False
        if taken != len(named) or len(values) != len(self.names):
            return False
        for name, value in zip(self.names, values, strict=True):
            object.__setattr__(instance, name, value)
        if self.has_more:
            instance.__post_init__()  # type: ignore[attr-defined]
        return True


_made: dict[type, _Later] = {}


def _later_of(cls: type, name: str) -> _Later:
    """Whose stub `name` is, which `cls` has, or one of its bases: where one is written by hand, it
    may have called that of a base."""
    made = (_made[each] for each in cls.__mro__ if each in _made)
    return next(each for each in made if name not in each.by_hand)


def _written(cls: type, name: str) -> Any:
    """What stands in the place of the stub `name`."""
    later = _later_of(cls, name)
    if not later.is_written:
        later.write()
    return vars(later.cls)[name]


# Stubs, for all classes.


def _init(self: object, *args: Any, **kwargs: Any) -> None:
    if not _later_of(type(self), "__init__").begin(self, args, kwargs):
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


def _is_hashed(field: dataclasses.Field[Any]) -> bool:
    return field.compare if field.hash is None else field.hash


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
