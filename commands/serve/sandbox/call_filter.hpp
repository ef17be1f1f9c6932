// The system calls that programs in the sandbox, and the server with everything that it starts, cannot make.
#pragma once

#include <string>

namespace facio::serve {

/// A program for the kernel's filter, as bubblewrap's --seccomp reads it. As files of the workspace belong to the server's user outside,
/// no mode may have the bits setuid and setgid, and no device may be made: EPERM. What could do that in ways that a filter cannot see
/// (io_uring, openat2, system calls of other architectures) is ENOSYS. Empty where there is none for this architecture.
std::string call_filter();

/// The same form for the server and what it starts: EPERM for what neither needs, as loading modules or another kernel, BPF, looking into
/// other processes, setting the clock, or opening files by handle.
std::string server_call_filter();

}  // namespace facio::serve
