#include "commands/facio/mcp/server/journal.hpp"

#include <algorithm>

#include "cli/core/secret_rule.hpp"
#include "cli/core/time.hpp"
#include "cli/core/utf8.hpp"

namespace facio::serve {

void McpJournal::add(std::string_view kind, std::string_view text) {
  std::string kept = printable(without_secrets(cut_text(text, kLongest)));
  const std::lock_guard lock(mutex_);
  bytes_ += kept.size();
  lines_.push_back({.seq = ++last_,
                    .time = format_rfc3339(clock_.now_ms()),
                    .source = std::string(source_of_log(kind)),
                    .kind = std::string(kind),
                    .text = std::move(kept)});
  while (lines_.size() > kMostLines || bytes_ > kMostBytes) {
    bytes_ -= lines_.front().text.size();
    lines_.pop_front();
  }
}

McpLog McpJournal::lines(std::optional<std::int64_t> after, std::int64_t limit) const {
  const std::lock_guard lock(mutex_);
  McpLog log{.last = last_};
  auto from = lines_.begin();
  if (after) from = std::ranges::upper_bound(lines_, *after, {}, &McpLogLine::seq);
  const std::int64_t there = lines_.end() - from;
  if (!after) from += std::max<std::int64_t>(there - limit, 0);
  log.items.assign(from, from + std::min<std::int64_t>(lines_.end() - from, limit));
  return log;
}

}  // namespace facio::serve
