// What became of the connections to one MCP server, and what the server said beside its answers: lines in memory.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "commands/facio/mcp/shapes.hpp"
#include "commands/serve/clock.hpp"

namespace facio::serve {

/// Safe from any thread. Bounded: the oldest lines go first.
class McpJournal {
 public:
  explicit McpJournal(const Clock& clock) : clock_(clock) {}

  /// Adds a line of one of kMcpLogKinds, as far as kLongest, with secrets masked and control characters escaped.
  void add(std::string_view kind, std::string_view text);
  /// Without `after` the last `limit` lines; with it the first ones behind that number.
  [[nodiscard]] McpLog lines(std::optional<std::int64_t> after, std::int64_t limit) const;

 private:
  static constexpr std::size_t kMostLines = 1000, kMostBytes = std::size_t{256} * 1024, kLongest = 2000;

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<McpLogLine> lines_;
  std::size_t bytes_ = 0;
  std::int64_t last_ = 0;  ///< number of the newest line
};

}  // namespace facio::serve
