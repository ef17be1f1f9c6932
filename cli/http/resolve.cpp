#include "cli/http/resolve.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace facio::http {
namespace {

using Addresses = std::vector<SocketAddress>;

template <class S>
SocketAddress packed(const S& socket_address) {
  SocketAddress packed;
  static_assert(sizeof socket_address <= sizeof packed.storage);
  std::memcpy(&packed.storage, &socket_address, sizeof socket_address);
  packed.length = sizeof socket_address;
  return packed;
}

SocketAddress local(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size());
  return packed(address);
}

/// Adds the address when `host` is numeric in this family.
bool add_numeric(const char* host, std::uint16_t port, Addresses& to) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
    to.push_back(packed(v4));
    return true;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1) {
    to.push_back(packed(v6));
    return true;
  }
  return false;
}

struct Lookup {
  Lookup() = default;
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() { ::close(done); }

  const int done = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);  ///< readable when the answer is there
  std::mutex mutex;
  int error = 0;
  Addresses found;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &list);
  Addresses found;
  for (const addrinfo* one = error == 0 ? list : nullptr; one != nullptr; one = one->ai_next) {
    SocketAddress address;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.length = one->ai_addrlen;
    found.push_back(address);
  }
  if (error == 0) freeaddrinfo(list);
  const std::lock_guard lock(lookup->mutex);
  lookup->error = error;
  lookup->found = std::move(found);
  (void)::eventfd_write(lookup->done, 1);
}

}  // namespace

Outcome<Addresses> resolve(const Address& address, Instant deadline, int cancel) {
  if (address.scheme == Scheme::local) return Addresses{local(address.socket_path)};
  const auto port = static_cast<std::uint16_t>(std::strtoul(address.port.c_str(), nullptr, 10));
  Addresses numeric;
  if (add_numeric(address.host.c_str(), port, numeric)) return numeric;
  if (address.host == "localhost") {
    add_numeric("127.0.0.1", port, numeric);
    add_numeric("::1", port, numeric);
    return numeric;
  }
  // The thread outlives a missed deadline; it owns all it touches.
  auto lookup = std::make_shared<Lookup>();
  std::thread(look_up, lookup, address.host, address.port).detach();
  if (!wait_for(lookup->done, false, deadline, cancel))
    return trouble(Trouble::Kind::connect_timeout, "the look-up of '" + address.host + "' took too long");
  const std::lock_guard lock(lookup->mutex);
  if (lookup->error != 0)
    return trouble(Trouble::Kind::cannot_connect,
                   "the name '" + address.host + "' cannot be looked up (" + gai_strerror(lookup->error) + ")");
  return std::move(lookup->found);
}

}  // namespace facio::http
