// A string that cannot be printed by accident and is zeroed when freed.
#pragma once

#include <string>
#include <string_view>

namespace facio {

/// Shown in place of a secret; in a request body it means the one that is already stored.
inline constexpr std::string_view kMask = "***";

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// The only way to the value; every call is a place to review.
  [[nodiscard]] std::string_view reveal() const { return value_; }

 private:
  void wipe() noexcept;
  std::string value_;
};

/// Compares in time that depends on the lengths only.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace facio
