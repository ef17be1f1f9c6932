#include "cli/http/resolve.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <condition_variable>
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
  std::mutex mutex;
  std::condition_variable done;
  bool finished = false;
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
  lookup->finished = true;
  lookup->done.notify_one();
}

}  // namespace

Outcome<Addresses> resolve(const Address& address, Instant deadline) {
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
  std::unique_lock lock(lookup->mutex);
  if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->finished; }))
    return trouble(Trouble::Kind::connect_timeout, "the look-up of '" + address.host + "' took too long");
  if (lookup->error != 0)
    return trouble(Trouble::Kind::cannot_connect,
                   "the name '" + address.host + "' cannot be looked up (" + gai_strerror(lookup->error) + ")");
  return std::move(lookup->found);
}

}  // namespace facio::http
