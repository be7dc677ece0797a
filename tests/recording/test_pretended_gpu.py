"""What a program is told of a GPU that is not there, by a stand-in for PyTorch."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from synthesis.frontends.triton.pretence import plain_tensors, pretend_gpu


class _Device:
    def __init__(self, kind: str, index: int | None = None) -> None:
        self.type, self.index = kind, index


class _Tensor:
    is_cuda = property(lambda _: False)
    is_cpu = property(lambda _: True)
    device = property(lambda _: "cpu")

    def get_device(self) -> int:
        return -1

    def cuda(self) -> "_Tensor":
        raise RuntimeError

    def pin_memory(self) -> "_Tensor":
        raise RuntimeError


def _zeros(size: int, dtype: str) -> bytearray:
    del dtype
    return bytearray(size)


class _Mode:
    """PyTorch's mode: the test calls it with functions as PyTorch would."""

    active: list["_Mode"] = []  # noqa: RUF012

    def __enter__(self) -> "_Mode":
        self.active.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.active.remove(self)


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module with the parts of PyTorch that are asked for."""
    found: Any = ModuleType("torch")
    found.cuda = SimpleNamespace(is_available=lambda: False, device_count=lambda: 0, synchronize=lambda: 1 / 0)
    found.device, found.Tensor, found.uint8 = _Device, _Tensor, "uint8"
    found.zeros = _zeros
    overrides: Any = ModuleType("torch.overrides")
    overrides.TorchFunctionMode = _Mode
    monkeypatch.setitem(sys.modules, "torch", found)
    monkeypatch.setitem(sys.modules, "torch.overrides", overrides)
    return found


def test_pytorch_answers_as_with_a_gpu_until_the_end(torch: Any) -> None:
    own: dict[str, Any] = dict(torch.cuda.__dict__)
    end = pretend_gpu()
    assert torch.cuda.is_available()
    assert torch.cuda.device_count() == 1
    assert torch.cuda.get_device_capability() == (9, 0)
    torch.cuda.synchronize()
    with torch.cuda.device(0), torch.cuda.stream(torch.cuda.Stream()):
        pass
    with plain_tensors():
        assert not torch.cuda.is_available()
    end()
    assert vars(torch.cuda) == own
    assert not _Mode.active


def test_tensors_for_the_gpu_are_made_on_the_host(torch: Any) -> None:
    end = pretend_gpu()
    (mode,) = _Mode.active
    call: Any = getattr(mode, "__torch_function__")  # noqa: B009

    def make(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        return args, kwargs

    args, kwargs = call(make, (), (3, "cuda:0"), {"device": torch.device("cuda")})
    assert args[0] == 3
    assert args[1].type == kwargs["device"].type == "cpu"
    assert call(torch.Tensor.is_cuda.__get__, (), (1,)) is True
    assert call(torch.Tensor.device.__get__, (), (1,)).type == "cuda"
    assert call(torch.Tensor.cuda, (), ("itself",)) == "itself"
    with plain_tensors():
        assert call(torch.Tensor.get_device, (), (_Tensor(),)) == -1
    end()


def test_nothing_is_pretended_where_there_is_a_gpu(torch: Any) -> None:
    torch.cuda.is_available = lambda: True
    pretend_gpu()()
    assert torch.cuda.device_count() == 0
    assert not _Mode.active
