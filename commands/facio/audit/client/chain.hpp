// The hash chains of exported files and of an agent's log.
//
// Every line of an export carries its number and the SHA-256 of the line before (without its line feed):
//   {"_n":1,"_prev":"000…","_export":{"version":1,"agent":…,"made":…}}
//   {"_n":2,"_prev":"9c1…","seq":17,"ts":…}
//   {"_n":3,"_prev":"77e…","_end":{"events":1}}
// facioctl serve also chains its events themselves: `hash` is the SHA-256 of prev_hash, a line feed and the event's JSON without `hash`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

inline constexpr std::string_view kNoHash = "0000000000000000000000000000000000000000000000000000000000000000";

/// Chains the lines of an export.
class ChainWriter {
 public:
  /// An object's JSON as the next line, without line feed.
  std::string line(std::string_view object);

 private:
  std::uint64_t number_ = 0;
  std::string previous_ = std::string(kNoHash);
};

struct Finding {
  std::uint64_t line = 0;  ///< 0: the whole file
  std::string what;        ///< "edited", "missing", "moved", "no-json", "hash", "cut", "rewritten", "other-key", "signature", "damaged"
  std::string message;
  std::string kind = {};  ///< what is counted, "line" or "event"; empty: what the whole check counts
};

/// Checks the lines of an export one after the other, and the agent's own hashes where events have them.
class ChainReader {
 public:
  /// Receives every event that has a hash.
  using See = std::function<void(std::int64_t seq, std::string_view prev_hash, std::string_view hash)>;
  explicit ChainReader(See see = {}) : see_(std::move(see)) {}

  void line(std::string_view text);
  /// To be called at the end of the file.
  void end();

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] bool chained() const { return chained_; }
  [[nodiscard]] bool hashed() const { return hashed_; }
  /// SHA-256 of the last line. Kept elsewhere, it proves later that nothing was cut off.
  [[nodiscard]] const std::string& head() const { return previous_; }

 private:
  void check_link(std::string_view text);
  void check_event(std::string_view event);

  See see_;
  std::vector<Finding> findings_;
  std::uint64_t lines_ = 0, events_ = 0, number_ = 0;
  std::string previous_ = std::string(kNoHash);
  bool chained_ = false, hashed_ = false, ended_ = false;
  std::int64_t seq_ = -1;   ///< of the last event that had one
  std::string event_hash_;  ///< of the last event
};

/// Checks one event of an agent's own chain: it must have its hash and name that of the event before. Gives the problem, or an empty text.
std::string problem_with(std::string_view event, std::string_view prev_hash);

}  // namespace facio::audit
