"""Functions of a small part of Python as machine code, kept in the user's cache folder.

LLVM is asked directly: translating, optimising and loading a step function takes a tenth to a
third of a second, where Numba needs one and a half to three; and a file from the cache, nothing.
"""

from collections.abc import Callable, Sequence
from ctypes import CFUNCTYPE, c_int64, c_void_p
from typing import Any

from fsm.cache import cached, toolkit
from fsm.explore.compiled.translate import translate
from fsm.explore.compiled.widths import Array, Types
from fsm.explore.memory import give_back

LIBRARY = "libllvmlite"
KEPT = 128  # files of machine code in the cache
LEVEL = 2  # of LLVM's optimisation


class Native:
    """The public functions of a module. They release the interpreter lock while they run.

    Raises `ImportError` without llvmlite.
    """

    def __init__(
        self, source: str, types: Types, public: dict[str, Sequence[str]]
    ) -> None:  # fmt: skip
        """`public` gives the names of the parameters of each public function."""
        import llvmlite
        import llvmlite.binding as llvm

        give_back(LIBRARY)  # what it took to load it
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        host = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
        machine = llvm.Target.from_default_triple().create_target_machine(
            cpu=host[0], features=host[1], opt=LEVEL, jit=True
        )
        asked = sorted(types.items()), source, sorted(public), LEVEL
        key = repr((toolkit(), llvmlite.__version__, machine.triple, host, *asked))
        code = cached(
            "native", key, lambda: _compile(llvm, machine, source, types, public), kept=KEPT
        )
        assert isinstance(code, bytes)
        self._module = llvm.parse_assembly("")
        self._engine = llvm.create_mcjit_compiler(self._module, machine)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        self._engine.finalize_object()
        self.given_back = give_back(LIBRARY)
        self._functions: dict[str, Callable[..., int]] = {}
        for name, parameters in public.items():
            kinds = [_ctype(types.get(parameter, 64)) for parameter in parameters]
            address = self._engine.get_function_address(name)
            self._functions[name] = CFUNCTYPE(c_int64, *kinds)(address)

    def __getitem__(self, name: str) -> Callable[..., int]:
        return self._functions[name]


def _compile(
    llvm: Any, machine: Any, source: str, types: Types, public: dict[str, Sequence[str]]
) -> bytes:
    module = llvm.parse_assembly(translate(source, types, tuple(public)))
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=LEVEL)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    give_back(LIBRARY)  # other parts of it are needed next
    code: bytes = machine.emit_object(module)
    return code


def _ctype(kind: object) -> Any:
    """Arrays are addresses, numbers are words: a wider number is given in an array."""
    if isinstance(kind, Array):
        return c_void_p
    assert kind == 64, "a number that is wider than a word crosses no border"
    return c_int64
