#include "commands/serve/outbound/idle_connections.hpp"

#include <algorithm>

namespace facio::serve {
namespace {

constexpr std::size_t kMostKept = 32;

}  // namespace

void IdleConnections::put(const std::string& origin, http::Connection connection, std::optional<http::AnswerBody> last) {
  std::list<Idle> gone;
  const std::lock_guard lock(mutex_);
  connection.cancel_by(-1);  // the descriptor that could end the last request is about to be closed
  idle_.push_front({origin, std::move(connection), std::move(last), std::chrono::steady_clock::now()});
  gone = expired();
  if (idle_.size() > kMostKept) gone.splice(gone.end(), idle_, std::prev(idle_.end()));
}

std::optional<http::Connection> IdleConnections::take(const std::string& origin, std::chrono::milliseconds longest) {
  std::list<Idle> gone;
  const std::lock_guard lock(mutex_);
  gone = expired();
  while (true) {
    const auto found = std::ranges::find(idle_, origin, &Idle::origin);
    if (found == idle_.end() || std::chrono::steady_clock::now() - found->since > longest) return std::nullopt;
    gone.splice(gone.begin(), idle_, found);
    Idle& idle = gone.front();
    if ((!idle.last || idle.last->ended(idle.connection)) && !idle.connection.stale()) return std::move(idle.connection);
  }
}

std::list<IdleConnections::Idle> IdleConnections::expired() {
  const auto oldest = std::chrono::steady_clock::now() - kLongest;
  const auto first = std::ranges::find_if(idle_, [&](const Idle& idle) { return idle.since < oldest; });
  std::list<Idle> gone;
  gone.splice(gone.end(), idle_, first, idle_.end());
  return gone;
}

}  // namespace facio::serve
