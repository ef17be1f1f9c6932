// Host names to socket addresses.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

#include "cli/http/connection.hpp"

namespace facio::http {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

/// All addresses of a target, in the order to try. Numeric addresses and "localhost" ask nobody; other names are looked up in a
/// thread, since the system's look-up knows no deadline. A readable `cancel` (a descriptor) ends the wait as a missed deadline.
Outcome<std::vector<SocketAddress>> resolve(const Address& address, Instant deadline, int cancel = -1);

}  // namespace facio::http
