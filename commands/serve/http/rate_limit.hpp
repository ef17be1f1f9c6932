// A token bucket for each client address.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace facio::serve {

/// Safe from any thread. Remembers a bounded number of addresses; an IPv6 client is identified by its /64 network.
class RateLimit {
 public:
  static constexpr std::size_t kMostAddresses = 16 * 1024;

  /// `per_minute` 0: no limit.
  explicit RateLimit(std::int64_t per_minute) : per_minute_(per_minute) {}

  /// 0 if the request may pass; otherwise the seconds to wait before trying again. `now_us`: steady clock.
  std::int64_t take(std::string_view address, std::int64_t now_us);

 private:
  struct Bucket {
    double tokens;
    std::int64_t at_us;
  };
  void forget_full(std::int64_t now_us);
  [[nodiscard]] double refilled(const Bucket& bucket, std::int64_t now_us) const;

  const std::int64_t per_minute_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

/// The part of an address that identifies a client.
std::string rate_limit_key(std::string_view address);

}  // namespace facio::serve
