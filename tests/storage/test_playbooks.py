"""Applied playbooks on disk: a list that only grows, texts that stay what they were, and damage that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.storage.journal import Damaged
from tandem.storage.playbooks import LIST, AppliedPlaybooks, Apply, digest_of, read_files

FILES = {"company.yaml": b"name: Acme  # ours\r\n", "signals/usage.yaml": b"signals: {}\n"}
AT = 1_800_000_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> AppliedPlaybooks:
    return AppliedPlaybooks(tmp_path / "playbooks")


def applied(store: AppliedPlaybooks, fingerprint: str = "aa11", files: dict[str, bytes] = FILES) -> Apply:
    applies = store.read()
    store.draft(files)
    text = store.keep(fingerprint, applies)
    apply = Apply(len(applies) + 1, "apply", fingerprint, text, digest_of(files), None, AT, 7)
    store.append(applies, apply)
    return apply


def test_nothing_was_applied_before_the_first(store: AppliedPlaybooks) -> None:
    assert store.read() == ()
    assert not store.folder.exists()


def test_a_text_is_kept_to_the_byte(store: AppliedPlaybooks) -> None:
    first, second = applied(store), applied(store, "bb22", {"company.yaml": b"name: Other\n"})
    assert store.read() == (first, second)
    assert read_files(store.text_of(first)) == FILES
    assert store.text_of(second).name == "bb22"


def test_the_same_version_with_other_comments_has_a_folder_of_its_own(store: AppliedPlaybooks) -> None:
    first, second = applied(store), applied(store, files={"company.yaml": b"name: Acme  # theirs\n"})
    assert [store.text_of(each).name for each in (first, second)] == ["aa11", "aa11.2"]
    assert read_files(store.text_of(first)) == FILES


def test_what_a_killed_command_left_goes_with_the_next(store: AppliedPlaybooks) -> None:
    applied(store)
    store.draft(FILES)
    store.keep("cc33", store.read())
    store.draft({"company.yaml": b"half"})
    assert [each.fingerprint for each in store.read()] == ["aa11"]
    applied(store, "bb22")
    assert sorted(path.name for path in store.folder.iterdir()) == ["aa11", LIST, "bb22"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda content: content.replace(b'"quiet":false', b'"quiet":true'),
        lambda content: content[:-20],
        lambda content: b"",
        lambda content: b"\x00" * len(content),
        lambda content: content + b"{}\n",
        lambda content: content.splitlines(keepends=True)[0] + content.splitlines(keepends=True)[2],
    ],
)
def test_a_list_that_was_altered_is_damaged(store: AppliedPlaybooks, harm: object) -> None:
    applied(store), applied(store, "bb22")
    path = store.folder / LIST
    path.write_bytes(harm(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(Damaged):
        store.read()


def test_a_list_that_is_gone_is_damaged_and_not_an_empty_one(store: AppliedPlaybooks) -> None:
    applied(store)
    (store.folder / LIST).unlink()
    with pytest.raises(Damaged, match="missing"):
        store.read()


def test_a_text_that_was_altered_or_cut_is_damaged(store: AppliedPlaybooks) -> None:
    apply = applied(store)
    file = store.text_of(apply) / "company.yaml"
    file.write_bytes(FILES["company.yaml"].replace(b"ours", b"mine"))
    with pytest.raises(Damaged, match="aa11"):
        store.text_of(apply)
    file.unlink()
    with pytest.raises(Damaged, match="aa11"):
        store.text_of(apply)


def test_files_are_told_apart_by_path_and_content() -> None:
    assert digest_of({"a": b"bc"}) != digest_of({"ab": b"c"})
    assert digest_of({"a": b"", "b": b"x"}) != digest_of({"a": b"x", "b": b""})
