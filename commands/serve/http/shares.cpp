#include "commands/serve/http/shares.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kSmall = std::size_t{64} * 1024;

}  // namespace

bool Shares::take(std::atomic<std::size_t>& taken, std::size_t count, std::size_t most) {
  const std::size_t before = taken.fetch_add(count, std::memory_order_relaxed);
  if (before + count <= most) return true;
  taken.fetch_sub(count, std::memory_order_relaxed);
  return false;
}

std::string_view Shares::take_connection(const std::string& client) {
  if (!take(connections_, 1, limits_.connections)) return "too many connections";
  const std::lock_guard lock(mutex_);
  try {
    std::size_t& mine = clients_[client];
    if (mine < limits_.connections_of_address) {
      ++mine;
      return {};
    }
  } catch (...) {
    connections_.fetch_sub(1, std::memory_order_relaxed);
    throw;
  }
  connections_.fetch_sub(1, std::memory_order_relaxed);
  return "too many connections from this address";
}

void Shares::give_connection(const std::string& client) {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  if (const auto mine = clients_.find(client); mine != clients_.end() && --mine->second == 0) clients_.erase(mine);
}

bool Shares::take_bytes(Way way, std::size_t count, Bytes& taken) {
  taken.give_back();
  if (count <= kSmall) return true;
  std::atomic<std::size_t>& all = way == Way::in ? in_ : out_;
  if (!take(all, count, limits_.waiting_bytes)) return false;
  taken.of_ = &all;
  taken.count_ = count;
  return true;
}

}  // namespace facio::serve
