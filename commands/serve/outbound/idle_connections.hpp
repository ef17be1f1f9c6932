// Connections that wait for their next request, so that a turn with ten rounds of tools makes one handshake instead of eleven.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>

#include "cli/http/connection.hpp"
#include "cli/http/exchange.hpp"

namespace facio::serve {

/// Safe from any thread.
class IdleConnections {
 public:
  static constexpr std::chrono::seconds kLongest{30};

  /// Keeps a connection whose answer `last` has been read as far as it matters; its end may still be under way. Without `last` the whole
  /// answer was read.
  void put(const std::string& origin, http::Connection connection, std::optional<http::AnswerBody> last = std::nullopt);
  /// The connection to this origin that was used last, if one is still open and silent, and idle for at most `longest`. It is the caller's
  /// then.
  std::optional<http::Connection> take(const std::string& origin, std::chrono::milliseconds longest = kLongest);

 private:
  struct Idle {
    std::string origin;
    http::Connection connection;
    std::optional<http::AnswerBody> last;
    std::chrono::steady_clock::time_point since;
  };
  /// What has been idle for too long. Requires: mutex_ held. The caller destroys it without the lock: closing can take time.
  std::list<Idle> expired();

  std::mutex mutex_;
  std::list<Idle> idle_;  ///< the latest first
};

}  // namespace facio::serve
