#include "cli/command_line/pages.hpp"

#include <algorithm>

#include "cli/command_line/build_request.hpp"
#include "cli/command_line/parse.hpp"
#include "cli/output/json_scan.hpp"
#include "cli/output/reply_view.hpp"

namespace facio {
namespace {

using namespace output;

constexpr int kMostTries = 5;
constexpr std::int64_t kUsualPage = 100;

/// The longest page that the endpoint gives.
std::int64_t page_size(const Endpoint& endpoint) {
  for (const Param& param : endpoint.params)
    if (param.field.name == "limit" && param.field.attr.max != kNoLimit) return static_cast<std::int64_t>(param.field.attr.max);
  return kUsualPage;
}

/// The items read so far, as they were sent.
struct Collected {
  std::string items;  ///< with commas between
  std::size_t count = 0;
  std::string last;  ///< what names the last one
  bool more = true;
};

enum class Outcome : std::uint8_t { going_on, changed };

/// What tells one item from another.
std::string identity(const Endpoint& endpoint, std::string_view item) {
  const std::string_view key = endpoint.key.empty() ? std::string_view{} : member(item, endpoint.key);
  return std::string(key.empty() ? item : key);
}

Result<Outcome> add_page(const Endpoint& endpoint, std::string_view body, std::int64_t size, Collected& to) {
  if (auto checked = check_json(body); !checked) return fail(std::move(checked.error()));
  const ReplyView view = view_of(endpoint, body);
  if (!view.is_list) return fail(Code::server, "--all: a page of the list has no array \"" + std::string(endpoint.items) + "\"");
  std::size_t next = 0;
  if (to.count > 0) {
    // What was added in front moves the others on: everything up to the known item was seen, or is newer than this reading.
    while (next < view.items.size() && identity(endpoint, view.items[next].value) != to.last) ++next;
    if (next == view.items.size()) return Outcome::changed;
    ++next;
  }
  for (; next < view.items.size(); ++next) {
    if (to.count++ > 0) to.items += ',';
    to.items += view.items[next].value;
  }
  if (!view.items.empty()) to.last = identity(endpoint, view.items.back().value);
  const std::string_view more = member(trimmed(body), "hasMore");
  to.more = more.empty() ? view.items.size() >= static_cast<std::size_t>(size) : more == "true";
  return Outcome::going_on;
}

}  // namespace

Result<Response> read_all_pages(Client& client) {
  const Invocation& asked = client.invocation();
  const Endpoint& endpoint = *asked.endpoint;
  if (asked.given("limit")) return fail_field(Code::usage, "--all", "--all and --limit exclude each other; give one of them");
  const std::int64_t size = page_size(endpoint);
  Invocation page;
  page.endpoint = &endpoint;
  page.values = asked.values;
  page.global.timeout_ms = asked.global.timeout_ms;
  page.values["limit"] = {std::to_string(size)};
  const std::int64_t start = asked.given("offset") ? std::stoll(std::string(asked.value("offset"))) : 0;
  for (int attempt = 0; attempt < kMostTries; ++attempt) {
    Collected all;
    Response response;
    Outcome outcome = Outcome::going_on;
    while (all.more && outcome == Outcome::going_on) {
      const std::size_t before = all.count;
      page.values["offset"] = {std::to_string(start + static_cast<std::int64_t>(before) - (before > 0 ? 1 : 0))};
      auto request = build_request(page);
      if (!request) return fail(std::move(request.error()));
      auto answer = client.send(*request);
      if (!answer) return answer;
      response = std::move(*answer);
      auto added = add_page(endpoint, response.body, size, all);
      if (!added) return fail(std::move(added.error()));
      // A page that says there is more and brings nothing would be asked for without end.
      outcome = all.more && all.count == before ? Outcome::changed : *added;
    }
    if (outcome == Outcome::changed) continue;
    response.body =
        "{\"" + std::string(endpoint.items) + "\":[" + all.items + "],\"total\":" + std::to_string(all.count) + ",\"hasMore\":false}";
    return response;
  }
  return fail(Error(Code::conflict,
                    "--all: the list changed while its pages were read, " + std::to_string(kMostTries) + " times; nothing was printed")
                  .with_field("--all")
                  .with_hint("facioctl " + command_words(endpoint) + " --limit " + std::to_string(size)));
}

}  // namespace facio
