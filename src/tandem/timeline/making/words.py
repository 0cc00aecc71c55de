"""Words in arrays: many texts as two arrays that can be mapped, and read one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from tandem.timeline.kernels import Longs  # Readers of words need no compiler.

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Words(Sequence[str]):
    """offsets: (texts + 1,) where each begins in `content`, UTF-8."""

    offsets: Longs
    content: Bytes

    @classmethod
    def of(cls, texts: Iterable[str]) -> Words:
        return cls.of_column(pa.array(texts, pa.large_string()))

    @classmethod
    def of_column(cls, column: pa.LargeStringArray) -> Words:
        """column: whole, none of it null."""
        _, offsets, content = column.buffers()
        if len(column) == 0:
            return cls(np.zeros(1, np.int64), np.zeros(0, np.uint8))
        return cls(
            np.frombuffer(offsets, np.int64)[: len(column) + 1],
            np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8),
        )

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, npt.NDArray[Any]]) -> Words:
        return cls(arrays[f"{name}.offsets"], arrays[f"{name}.content"])

    def arrays(self, name: str) -> dict[str, npt.NDArray[Any]]:
        first, last = self.offsets[[0, -1]].tolist()
        return {f"{name}.offsets": self.offsets - first, f"{name}.content": self.content[first:last]}

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            since, until, by = place.indices(len(self))
            # A range of them is a view.
            return (
                Words(self.offsets[since : max(since, until) + 1], self.content)
                if by == 1
                else [self[each] for each in range(since, until, by)]
            )
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        place %= len(self)
        return self.content[self.offsets[place] : self.offsets[place + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self.column().to_pylist())

    def column(self) -> pa.Array:
        """All of them, where they lie."""
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(self.offsets), pa.py_buffer(self.content))
