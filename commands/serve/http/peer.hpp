// The other end of a connection as text.
#pragma once

#include <string>

struct sockaddr;

namespace facio::serve {

/// "127.0.0.1", "2001:db8::1"; "unix" for a unix socket.
std::string peer_name(const sockaddr* address);

/// True for 127.0.0.0/8 and ::1 in numbers.
bool is_loopback(const sockaddr* address);

}  // namespace facio::serve
