// Listening sockets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

struct ListenAddress {
  std::string unix_path;  ///< not empty: a unix socket
  std::string host = "127.0.0.1";
  std::string port = "8900";
  bool loopback = true;
  bool tls = false;      ///< clients use https
  std::string url = {};  ///< of a socket that is open already (address_of_socket)
};

/// Reads "127.0.0.1:8900", "[::1]:8900", "localhost:0", ":8900" or "unix:/path". Code::usage otherwise.
Result<ListenAddress> parse_listen_address(std::string_view text);

/// Open listening sockets, one for each I/O thread; not closed by this type.
struct Listening {
  std::string name = {};  ///< of the surface with this listener of its own; empty: the main listener
  std::vector<int> sockets;
  std::string url;        ///< "http://127.0.0.1:8900" or "https://…" with the real port, or "unix:/path"
  std::string unix_path;  ///< to be removed at the end
  bool borrowed = false;  ///< the service manager's: it stays when the server ends
};

/// Where an open socket listens. Code::usage if it is neither TCP nor a unix socket.
Result<ListenAddress> address_of_socket(int fd, bool tls);

/// Listens with `count` sockets that share the address. Code::conflict if another process listens there.
Result<Listening> listen_on(const ListenAddress& address, unsigned count);

}  // namespace facio::serve
