"""Linux system calls that restrict a process: namespaces, Landlock and seccomp.

No maintained library binds all three, and each needs only a few calls. Numbers and structures are from the kernel's
headers (``linux/landlock.h``, ``linux/seccomp.h``, ``linux/filter.h``, ``asm/unistd_64.h``).
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_MACHINE = platform.machine()
_HERE = sys.platform == "linux"
"""Whether this is Linux. On other systems no protection is available, and only limits hold."""


def _require_linux() -> None:
    if not _HERE:
        raise OSError(errno.ENOSYS, f"not on {sys.platform}")


def _call(number: int, *arguments: object) -> int:
    """Return the result of a system call.

    Raises:
        OSError: if the kernel returns an error.
    """
    return _check(_LIBC.syscall(ctypes.c_long(number), *arguments))


def _check(result: int) -> int:
    """Return the result of a C library call.

    Raises:
        OSError: if it indicates an error.
    """
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


# Process attributes

_PR_SET_PDEATHSIG = 1
"""``prctl`` option: the signal that the kernel sends when the parent ends."""
_PR_CAPBSET_DROP = 24
"""``prctl`` option: drop a capability from the bounding set."""
_PR_SET_CHILD_SUBREAPER = 36
"""``prctl`` option: become the parent of orphaned descendants."""
_PR_SET_NO_NEW_PRIVS = 38
"""``prctl`` option: gain no privileges by executing a program."""


def die_with_parent(signal: int, parent: int | None = None) -> None:
    """Have the kernel send this process a signal when its parent ends. Does nothing on other systems.

    Args:
        signal: the signal.
        parent: the id of the parent. If it is not the parent any more, this process exits with status 1 at once, on any
            system. None if the parent cannot have ended.
    """
    if _HERE:
        _check(_LIBC.prctl(_PR_SET_PDEATHSIG, signal, 0, 0, 0))
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of orphaned descendants of this process. Does nothing on other systems."""
    if not _HERE:
        return
    _check(_LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))


def forgo_privileges() -> None:
    """Give up all capabilities and the effect of set-user-id programs. Does nothing on other systems."""
    if not _HERE:
        return
    for capability in range(64):
        if _LIBC.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    _LIBC.capset(ctypes.c_char_p(header), ctypes.c_char_p(bytes(24)))
    _check(_LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


# Namespaces

_NEWNS = 0x00020000
"""``CLONE_NEWNS``: a new mount namespace."""
_NEWUTS = 0x04000000
"""``CLONE_NEWUTS``: a new namespace of host names."""
_NEWIPC = 0x08000000
"""``CLONE_NEWIPC``: a new namespace of System V and POSIX IPC."""
_NEWUSER = 0x10000000
"""``CLONE_NEWUSER``: a new user namespace."""
_NEWPID = 0x20000000
"""``CLONE_NEWPID``: a new process namespace, for children only."""
_NEWNET = 0x40000000
"""``CLONE_NEWNET``: a new network namespace."""


def enter_namespaces() -> None:
    """Leave the machine's user, mount, network, IPC and host name namespaces. Children are in a new PID namespace.

    Raises:
        OSError: if the kernel or the container does not allow it.
    """
    _enter_as_oneself(_NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)


def enter_process_namespace() -> None:
    """Put children into a new PID namespace, and change nothing else.

    Raises:
        OSError: if the kernel or the container does not allow it.
    """
    _require_linux()
    if _LIBC.unshare(_NEWPID) != 0:  # without a user namespace only root may do this
        _enter_as_oneself(_NEWPID)


def _enter_as_oneself(namespaces: int) -> None:
    _require_linux()
    user, group = os.getuid(), os.getgid()
    _check(_LIBC.unshare(_NEWUSER | namespaces))
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


_MS_BIND = 4096
"""``mount`` flag: a bind mount."""
_MS_REC = 16384
"""``mount`` flag: also the mounts below."""
_MS_PRIVATE = 1 << 18
"""``mount`` flag: mounts do not propagate to other namespaces."""
_AT_FDCWD = -100
"""Directory descriptor that stands for the working directory."""
_AT_RECURSIVE = 0x8000
"""``mount_setattr`` flag: also the mounts below."""
_MOUNT_SETATTR = 442
_RDONLY = 1
"""``MOUNT_ATTR_RDONLY``: a read-only mount."""
_NOSUID = 2
"""``MOUNT_ATTR_NOSUID``: set-user-id bits have no effect."""
_NODEV = 4
"""``MOUNT_ATTR_NODEV``: device files cannot be opened."""


def mount_read_only(writable: Path) -> None:
    """Make every file system read-only except one folder. The process needs its own mount namespace.

    Raises:
        OSError: if the kernel does not allow it.
    """
    place = os.fsencode(writable)
    _check(_LIBC.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    _check(_LIBC.mount(place, place, None, _MS_BIND, None))
    _set_mount(b"/", _AT_RECURSIVE, _RDONLY | _NOSUID, 0)
    _set_mount(place, 0, _NOSUID | _NODEV, _RDONLY)
    os.chdir(writable)


def _set_mount(place: bytes, flags: int, on: int, off: int) -> None:
    attributes = struct.pack("QQQQ", on, off, 0, 0)
    _call(_MOUNT_SETATTR, _AT_FDCWD, place, flags, attributes, ctypes.c_size_t(len(attributes)))


# Landlock

_CREATE_RULESET = 444
"""Number of the system call ``landlock_create_ruleset``."""
_ADD_RULE = 445
"""Number of the system call ``landlock_add_rule``."""
_RESTRICT_SELF = 446
"""Number of the system call ``landlock_restrict_self``."""
_EXECUTE = 1
"""Landlock right to execute a file."""
_WRITE_FILE = 2
"""Landlock right to write to a file."""
_READ_FILE = 4
"""Landlock right to read a file."""
_READ_DIR = 8
"""Landlock right to list a folder."""
_ALL_FILES = (1 << 13) - 1
_REFER = 1 << 13
"""Landlock right to link or move a file to another folder, from version 2."""
_TRUNCATE = 1 << 14
"""Landlock right to truncate a file, from version 3."""
_IOCTL = 1 << 15
"""Landlock right to use ``ioctl`` on a device file, from version 5."""
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL


def landlock_version() -> int:
    """Return the kernel's Landlock version; 0 if it has none."""
    try:
        _require_linux()
        return _call(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    except OSError:
        return 0


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Restrict this process and its children to the given files and folders.

    If the kernel's Landlock supports it, they also cannot use TCP, connect to abstract sockets of other processes, or
    send signals to them.

    Raises:
        OSError: if the kernel has no Landlock.
    """
    version = landlock_version()
    if not version:
        raise OSError(errno.ENOSYS, "no Landlock")
    files = _ALL_FILES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    files |= _IOCTL if version >= 5 else 0
    network = 3 if version >= 4 else 0
    scoped = 3 if version >= 6 else 0
    fields = [files, network, scoped][: 1 + (version >= 4) + (version >= 6)]
    rules = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = _call(_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    try:
        for path in readable:
            _allow(ruleset, path, files & (_EXECUTE | _READ_FILE | _READ_DIR))
        for path in writable:
            _allow(ruleset, path, files & ~_EXECUTE)
        _call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # a missing path needs no rule
    try:
        access &= -1 if path.is_dir() else _OF_FILES
        _call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", access, place), 0)
    finally:
        os.close(place)


# seccomp

_SIGKILL = 9
"""Number of the signal that kills a process."""
_SIGSTOP = 19
"""Number of the signal that stops a process."""
_CLONE_THREAD = 0x00010000
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

_REFUSED = {
    "x86_64": {
        "programs": (59, 322),
        "processes": (57, 58),
        "other_processes": (101, 310, 311, 312, 424, 438, 440),
        "namespaces": (165, 166, 155, 161, 272, 308, 428, 429, 430, 431, 432, 433, 442),
        "kernel": (321, 298, 323, 246, 320, 175, 313, 176, 169, 167, 168, 170, 171, 164, 227, 159, 305, 172, 173, 135,
                   179, 163, 103, 300, 425, 426, 427, 304, 303, 248, 249, 250),
        "network": (41, 53),
        "shared": (29, 30, 64, 68, 240),
        "attributes": (90, 91, 268, 452, 92, 93, 94, 260, 188, 189, 190, 197, 198, 199),
        "signals": (129, 297),
    },
    "aarch64": {
        "programs": (221, 281),
        "processes": (),
        "other_processes": (117, 270, 271, 272, 424, 438, 440),
        "namespaces": (40, 39, 41, 51, 97, 268, 428, 429, 430, 431, 432, 433, 442),
        "kernel": (280, 241, 282, 104, 294, 105, 273, 106, 142, 224, 225, 161, 162, 170, 112, 171, 266, 92, 60, 89, 116,
                   262, 425, 426, 427, 265, 264, 217, 218, 219),
        "network": (198, 199),
        "shared": (194, 196, 190, 186, 180),
        "attributes": (52, 53, 452, 55, 54, 5, 6, 7, 14, 15, 16),
        "signals": (138, 240),
    },
}  # fmt: skip
_CLONE = {"x86_64": 56, "aarch64": 220}
_CLONE3 = 435
_KILLS = {"x86_64": ((62, 1), (200, 1), (234, 2)), "aarch64": ((129, 1), (130, 1), (131, 2))}
"""The numbers of ``kill``, ``tkill`` and ``tgkill``, each with the position of its signal argument."""

_ALLOW = 0x7FFF0000
"""``SECCOMP_RET_ALLOW``: execute the system call."""
_KILL = 0x80000000
"""``SECCOMP_RET_KILL_PROCESS``: kill the process."""
_ERROR = 0x00050000
"""``SECCOMP_RET_ERRNO``: fail with an error number, which is added."""
_LOAD = 0x20
"""BPF instruction: load the 32-bit word at an offset of the filter's input."""
_EQUAL = 0x15
"""BPF instruction: jump if the loaded word equals a constant."""
_AT_LEAST = 0x35
"""BPF instruction: jump if the loaded word is at least a constant."""
_ANY_BIT = 0x45
"""BPF instruction: jump if the loaded word has any bit of a constant."""
_RETURN = 0x06
"""BPF instruction: return a constant, the filter's decision."""
_NUMBER_AT = 0
"""Byte offset of the system call's number in the filter's input."""
_ARCHITECTURE_AT = 4
"""Byte offset of the architecture in the filter's input."""
_ARGUMENTS_AT = 16
"""Byte offset of the system call's arguments in the filter's input, 8 bytes each."""
Instruction = tuple[int, int, int, int]


def has_seccomp() -> bool:
    """Return whether the kernel can filter system calls, and this machine's system call numbers are known."""
    return _HERE and _MACHINE in _ARCHITECTURES and _LIBC.prctl(21, 0, 0, 0, 0) >= 0


def refuse_system_calls() -> None:
    """Refuse system calls that no computation needs, permanently and with ``EPERM``.

    They include those for executables, processes and sockets. Threads are allowed. So are signals to the process
    itself, except those that could be mistaken for signals from the machine.

    Raises:
        OSError: if the kernel has no seccomp, or this machine's system call numbers are not known.
    """
    if not has_seccomp():
        raise OSError(errno.ENOSYS, f"no seccomp on {_MACHINE}")
    program = _program(_MACHINE)
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    _check(_LIBC.prctl(22, 2, ctypes.c_char_p(header), 0, 0))


def _program(machine: str) -> list[Instruction]:
    """Return the filter program. Each rule skips itself unless it applies to the call."""
    refuse = (_RETURN, 0, 0, _ERROR | errno.EPERM)
    program: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
    ]
    if machine == "x86_64":  # the x32 ABI, with 32-bit pointers
        program += [(_AT_LEAST, 0, 1, 0x40000000), refuse]
    for number in sorted({each for group in _REFUSED[machine].values() for each in group}):
        program += [(_EQUAL, 0, 1, number), refuse]
    program += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _ERROR | errno.ENOSYS)]  # a filter cannot see its flags
    program += _unless(_CLONE[machine], 0, [(_ANY_BIT, 1, 0, _CLONE_THREAD), refuse])
    for number, argument in _KILLS[machine]:
        program += _unless(number, argument, [(_EQUAL, 1, 0, _SIGKILL), (_EQUAL, 0, 1, _SIGSTOP), refuse])
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _unless(number: int, argument: int, test: Sequence[Instruction]) -> list[Instruction]:
    """Return a rule about one argument of a call: the call is allowed unless the test refuses it."""
    body = [(_LOAD, 0, 0, _ARGUMENTS_AT + 8 * argument), *test, (_RETURN, 0, 0, _ALLOW)]
    return [(_EQUAL, 0, len(body), number), *body]
