"""What two instances say to each other, and what is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.desktop.instance.protocol import (
    KEEP_OFF,
    LINE_LIMIT,
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
    NotUnderstood,
    answer_line,
    read_answer,
    read_keep_args,
    read_request,
    request_line,
)


@given(
    st.sampled_from(list(InstanceCommand)),
    st.lists(st.text(max_size=40), max_size=5),
    st.text(max_size=40),
)
def test_a_request_arrives_as_it_was_sent(
    command: InstanceCommand, args: list[str], token: str
) -> None:
    request = InstanceRequest(command, tuple(args), token)
    line = request_line(request)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert read_request(line) == request


def test_an_answer_arrives_as_it_was_sent() -> None:
    answer = InstanceAnswer(True, {"models": 3, "name": "qwen3:8b\n"})
    assert read_answer(answer_line(answer)) == answer


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"\n", "no JSON"),
        (b"GET / HTTP/1.1\r\n", "no JSON"),
        (b"\xff\xfe\x00\n", "no JSON"),
        (b"[" * 5000 + b"\n", "no JSON"),
        (b"[]\n", "no JSON object"),
        (b"7\n", "no JSON object"),
        (b"{}\n", "unknown command"),
        (b'{"command":"format"}\n', "unknown command 'format'"),
        (b'{"command":7}\n', "unknown command"),
        (b'{"command":["quit"]}\n', "unknown command"),
        (b'{"command":"pull","args":"qwen3"}\n', "no list of texts"),
        (b'{"command":"pull","args":[1]}\n', "no list of texts"),
        (b'{"command":"raise","token":{}}\n', "token"),
        (b'{"command":"raise","x":"' + b"y" * LINE_LIMIT + b'"}\n', "too long"),
    ],
)
def test_what_is_no_request_is_refused_in_words(line: bytes, reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        read_request(line)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"ok":"yes"}', b'{"ok":1}'])
def test_what_is_no_answer_is_refused(line: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_answer(line)


def test_an_answer_that_is_too_long_becomes_a_refusal() -> None:
    line = answer_line(InstanceAnswer(True, {"names": ["x" * LINE_LIMIT]}))
    assert json.loads(line) == {"ok": False, "error": "the answer is too long"}


@pytest.mark.parametrize("half", ["\ud800", "x\udc80", "x\udc00\ud800y"])
def test_half_a_character_is_sent_as_the_mark_for_one_that_is_missing(half: str) -> None:
    request = InstanceRequest(InstanceCommand.PULL, (half,), half)
    read = read_request(request_line(request))
    assert read.args[0].encode()
    assert "\ufffd" in read.args[0]
    assert "\ufffd" in read.token
    answer = read_answer(answer_line(InstanceAnswer(True, {half: [half]})))
    assert json.dumps(dict(answer.data), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "name", [rb'"\ud800"', rb'"\udfffx"', b'"\xed\xa0\x80"', b'"\xff"', rb'"\ud800\u0041"']
)
def test_nor_does_half_a_character_arrive(name: bytes) -> None:
    read = read_request(b'{"command":"pull","args":[%s],"token":%s}\n' % (name, name))
    assert "\ufffd" in read.args[0]
    assert read.token.encode()
    answer = read_answer(b'{"ok":false,"error":%s}\n' % name)
    assert "\ufffd" in answer.data["error"]


def test_a_whole_pair_is_the_character_that_it_is() -> None:
    assert read_request(rb'{"command":"pull","args":["\ud83d\ude00"]}').args == ("\U0001f600",)


def test_what_keeps_a_model_loaded() -> None:
    assert read_keep_args(("local", "qwen3:8b", "")) == ("local", "qwen3:8b", None, False)
    assert read_keep_args(("nas", "a", "8192")) == ("nas", "a", 8192, False)
    assert read_keep_args(("nas", "a", KEEP_OFF)) == ("nas", "a", None, True)


@pytest.mark.parametrize(
    "args",
    [(), ("a",), ("a", "b"), ("a", "b", "c", "d"), ("a", "b", "0"), ("a", "b", "-1"),
     ("a", "b", "many"), ("a", "b", "9" * 10), ("a", "b", "\u0661")],
)  # fmt: skip
def test_what_nobody_of_us_asks_for_keeps_nothing(args: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_keep_args(args)
