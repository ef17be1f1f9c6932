// The log of an agent, read by pages of GET /audit.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command_line/client.hpp"
#include "commands/facio/audit/client/event.hpp"

namespace facio::audit {

/// Receives one event after the other; false: enough.
using Visit = std::function<Result<bool>(Event&&)>;
/// Visits events that are in memory.
Result<bool> visit_each(std::vector<Event>& events, const Visit& visit);

class Pages {
 public:
  using Query = std::map<std::string, std::vector<std::string>>;
  static constexpr std::size_t kPage = 500;  ///< supported by every agent (contract section 10.1)

  explicit Pages(Client& client, Query query = {}) : client_(client), query_(std::move(query)) {}

  /// Every event up to a time (none: now), the newest first, each once.
  Status newest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit);
  /// Every event from a place on, in the order of the log, each once.
  Status oldest_first(LogPlace from, std::optional<std::int64_t> to_ms, const Visit& visit);

  /// Where the agent has the events before those that were read, if it said so: "events 1 to 2048, up to …, are in …".
  [[nodiscard]] const std::string& archived() const { return archived_; }

  /// The request for one page.
  [[nodiscard]] Request request(bool ascending, std::optional<std::int64_t> from_ms = {}, std::optional<std::int64_t> to_ms = {},
                                std::size_t limit = kPage, std::size_t offset = 0, std::optional<std::int64_t> after_seq = {}) const;
  /// Prints the request for the first page, for --dry-run and --curl. Gives the exit code.
  Result<int> show(bool ascending, std::optional<std::int64_t> from_ms = {}, std::optional<std::int64_t> to_ms = {});

 private:
  struct Page {
    std::vector<Event> events;
    bool more = false;
    std::string archived;
  };
  Result<Page> read(const Request& request);
  Status by_number(LogPlace from, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit, bool fresh);
  Status by_time(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit, std::int64_t read_seq);

  Client& client_;
  Query query_;
  std::string archived_;
  bool takes_numbers_ = true;  ///< as far as is known
};

/// A GET of the audit area: path and query, as the endpoint `id` declares it.
Request get_request(std::string_view id, std::string target);
/// The events of a reply with `items`; Code::server when it has none.
Result<std::vector<Event>> events_of(std::string_view body);
/// Sends a request for events.
Result<std::vector<Event>> get_events(Client& client, const Request& request);
/// The request for all events of one run.
Request run_request(std::string_view run);

}  // namespace facio::audit
