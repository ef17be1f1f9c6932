// What the server and a service manager tell each other: sd_notify(3) and sd_listen_fds(3), without the library. All of it does nothing, or
// finds nothing, when no service manager started the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/core/result.hpp"
#include "cli/core/streams.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

/// Tells the service manager what the server does. Its socket is a path, or an abstract name that begins with "@".
class ServiceManager {
 public:
  explicit ServiceManager(const ServeOptions& options) : socket_(options.notify_socket), watchdog_us_(options.watchdog_us) {}

  /// Serves, at `url`; after a start, a reload or a restart in place.
  void ready(const std::string& url) const;
  /// Reads its files again, or starts again in place; until ready().
  void reloading(std::string_view why) const;
  void stopping() const;
  /// Is alive. Say it twice as often as the service manager asks for.
  void alive() const;
  /// Milliseconds between two signs of life, at least 50 whatever is asked for; -1: nobody waits for one.
  [[nodiscard]] std::int64_t sign_every_ms() const {
    constexpr std::int64_t kLeast = 50;
    return watchdog_us_ <= 0 ? -1 : std::max(watchdog_us_ / 2000, kLeast);
  }

 private:
  void say(const std::string& message) const;

  std::string socket_;
  std::int64_t watchdog_us_;
};

/// The listening sockets that a service manager opened for this process, and what is known of their address in `options.listen`; nothing if
/// it opened none. `options.threads` of them at least, so that each I/O thread has one. Code::usage if they are no listening sockets, if
/// --listen was given as well, or if they can be reached from other machines and the server has neither --tls nor --behind-proxy. Takes the
/// variables away, so that no program that the server starts takes the sockets for its own; before any other thread exists.
Result<std::optional<Listening>> activated(ServeOptions& options, const Environment& environment);

/// Whether standard error leads to systemd's journal: then the lines went there, each with its priority as a field. Never waits.
bool say_to_journal(std::string_view lines) noexcept;

}  // namespace facio::serve
