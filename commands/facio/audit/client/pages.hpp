// The log of an agent as it is read by pages of GET /audit.
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

/// Gets one event after the other; false: enough.
using Visit = std::function<Result<bool>(Event&&)>;

class Pages {
 public:
  using Query = std::map<std::string, std::vector<std::string>>;
  Pages(Client& client, Query query) : client_(client), query_(std::move(query)) {}

  /// Every event up to an instant (none: now), the newest first, none twice.
  Status newest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit);
  /// Every event from an instant on, the oldest first, none twice.
  Status oldest_first(std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, const Visit& visit);

  /// The request for one page.
  [[nodiscard]] Request request(bool ascending, std::optional<std::int64_t> from_ms, std::optional<std::int64_t> to_ms, std::size_t limit,
                                std::size_t offset) const;

 private:
  struct Page {
    std::vector<Event> events;
    bool more = false;
  };
  Result<Page> read(const Request& request, std::size_t limit);

  Client& client_;
  Query query_;
};

/// A GET of the audit area: path and query, as the endpoint `id` declares it.
Request get_request(std::string_view id, std::string target);
/// The events of a reply with `items`; Code::server when it is none.
Result<std::vector<Event>> events_of(std::string_view body);

}  // namespace facio::audit
