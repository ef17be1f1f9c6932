#include "commands/serve/http/rate_limit.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cmath>

namespace facio::serve {

std::string rate_limit_key(std::string_view address) {
  std::string text(address);
  in6_addr ip{};
  if (::inet_pton(AF_INET6, text.c_str(), &ip) == 1) return {reinterpret_cast<const char*>(ip.s6_addr), 8};
  return text;
}

double RateLimit::refilled(const Bucket& bucket, std::int64_t now_us) const {
  const double earned = static_cast<double>(now_us - bucket.at_us) * static_cast<double>(per_minute_) / 60e6;
  return std::min(static_cast<double>(per_minute_), bucket.tokens + earned);
}

/// Full buckets carry no information. If all are in use, the map is cleared rather than grown.
void RateLimit::forget_full(std::int64_t now_us) {
  std::erase_if(buckets_, [&](const auto& entry) { return refilled(entry.second, now_us) >= static_cast<double>(per_minute_); });
  if (buckets_.size() >= kMostAddresses) buckets_.clear();
}

std::int64_t RateLimit::take(std::string_view address, std::int64_t now_us) {
  if (per_minute_ <= 0) return 0;
  std::string key = rate_limit_key(address);
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= kMostAddresses) forget_full(now_us);
    found = buckets_.emplace(std::move(key), Bucket{static_cast<double>(per_minute_), now_us}).first;
  }
  Bucket& bucket = found->second;
  bucket.tokens = refilled(bucket, now_us);
  bucket.at_us = now_us;
  if (bucket.tokens >= 1.0) {
    bucket.tokens -= 1.0;
    return 0;
  }
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil((1.0 - bucket.tokens) * 60.0 / static_cast<double>(per_minute_))));
}

}  // namespace facio::serve
