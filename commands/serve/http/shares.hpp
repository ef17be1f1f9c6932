// What all connections of the server share: how many there may be, and how many bytes may wait for those that read slowly.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "commands/serve/http/limits.hpp"

namespace facio::serve {

/// Safe from any thread.
class Shares {
 public:
  explicit Shares(const Limits& limits) : limits_(limits) {}

  /// Takes the place of one more connection of a client (rate_limit_key()); why not, if there is none.
  [[nodiscard]] std::string_view take_connection(const std::string& client);
  void give_connection(const std::string& client);
  [[nodiscard]] std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }

  [[nodiscard]] bool take_stream() { return take(streams_, 1, limits_.streams); }
  void give_stream() { streams_.fetch_sub(1, std::memory_order_relaxed); }

  enum class Way : std::uint8_t { in, out };
  /// Bytes of a body that is being received, or sent. Small ones are not counted.
  class Bytes {
   public:
    Bytes() = default;
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    ~Bytes() { give_back(); }
    void give_back() {
      if (of_ != nullptr) of_->fetch_sub(count_, std::memory_order_relaxed);
      of_ = nullptr;
    }

   private:
    friend class Shares;
    std::atomic<std::size_t>* of_ = nullptr;
    std::size_t count_ = 0;
  };
  /// Counts a body in place of what `taken` counted before. False when so many bytes wait already that these must not.
  [[nodiscard]] bool take_bytes(Way way, std::size_t count, Bytes& taken);

 private:
  static bool take(std::atomic<std::size_t>& taken, std::size_t count, std::size_t most);

  const Limits& limits_;
  std::atomic<std::size_t> connections_{0}, streams_{0}, in_{0}, out_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> clients_;  ///< connections of each; guarded by mutex_
};

}  // namespace facio::serve
