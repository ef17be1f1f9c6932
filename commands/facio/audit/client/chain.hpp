// The hash chain of an exported file, and that of an agent's log.
//
// Every line of an export carries its number and the SHA-256 of the line before (without its line feed):
//   {"_n":1,"_prev":"000…","_export":{"version":1,"agent":…,"made":…}}
//   {"_n":2,"_prev":"9c1…","seq":17,"ts":…}
//   {"_n":3,"_prev":"77e…","_end":{"events":1}}
// facioctl serve chains its events by itself: `hash` is the SHA-256 of prev_hash, a line feed and the event's JSON without `hash`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/core/result.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

inline constexpr std::string_view kNoHash = "0000000000000000000000000000000000000000000000000000000000000000";

/// Makes the lines of an export.
class ChainWriter {
 public:
  /// The next line, without its line feed, of an object's JSON.
  std::string line(std::string_view object);
  [[nodiscard]] std::uint64_t lines() const { return number_; }

 private:
  std::uint64_t number_ = 0;
  std::string previous_ = std::string(kNoHash);
};

/// What is wrong with a line.
struct Finding {
  std::uint64_t line = 0;  ///< 0: the whole
  std::string what;        ///< "edited", "missing", "moved", "no-json", "hash", "end"
  std::string words;
};

/// Checks the lines of an export one after the other; also the hashes of the agent, where events have them.
class ChainReader {
 public:
  void line(std::string_view text);
  /// At the end of the file.
  void end();

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] bool chained() const { return chained_; }
  [[nodiscard]] bool hashed() const { return hashed_; }
  /// SHA-256 of the last line: whoever keeps it elsewhere can tell that nothing was cut off.
  [[nodiscard]] const std::string& head() const { return previous_; }

 private:
  void add(std::uint64_t line, std::string what, std::string words);
  void check_link(std::string_view text);
  void check_event(std::string_view event);

  std::vector<Finding> findings_;
  std::uint64_t lines_ = 0, events_ = 0, number_ = 0;
  std::string previous_ = std::string(kNoHash);
  bool chained_ = false, hashed_ = false, ended_ = false;
  std::int64_t seq_ = -1;   ///< of the last event that had one
  std::string event_hash_;  ///< of the last event
};

/// Checks one event of an agent's own chain: it names the hash of the one before, and has its own. Empty when it is right.
std::string wrong_with(std::string_view event, std::string_view prev_hash);

}  // namespace facio::audit
