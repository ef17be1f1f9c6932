// facioctl librefang audit: list, verify, stats; and logs.
#include <algorithm>
#include <map>

#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/librefang/audit/client/chain.hpp"
#include "commands/librefang/client/rows.hpp"
#include "commands/librefang/client/system.hpp"

namespace facio::librefang::audit {
namespace {

constexpr std::int64_t kMostTold = 1000;  // events, by a version without an export
constexpr Rows kLog = {.list = "librefang.audit.list", .stream = "librefang.logs.stream"};
constexpr Rows kComms = {.list = "librefang.comms.list", .stream = "librefang.comms.stream"};

/// The daemon's own rows, from the oldest to the newest.
struct Log {
  JsonDocument body;
  std::vector<JsonRef> events;
  bool complete = false;  ///< with all that goes into a hash
};

/// Asks as `api` does: hashes hold for what the daemon says, not for what is made of it.
Result<JsonDocument> own_form(Client& client, const std::string& path) {
  return client.send({.method = "GET", .target = path, .accept = "application/json", .timeout_ms = 60'000}).and_then(json_of);
}

Result<Log> read_log(Client& client) {
  Log log;
  auto body = own_form(client, "/api/audit/export?format=json");
  log.complete = body.has_value();
  if (!body && body.error().code() == Code::unsupported) body = own_form(client, "/api/audit/recent?n=1000&limit=1000");
  if (!body) return fail(std::move(body.error()));
  log.body = std::move(*body);
  const JsonRef root = log.body.root();
  JsonRef rows = root.is(JsonKind::array) ? root : root.get("items") ? root.get("items") : root.get("entries");
  if (!rows.is(JsonKind::array)) return fail(Code::server, "the daemon's audit log is no list");
  for (std::size_t at = 0; at < rows.size(); ++at) log.events.push_back(rows.at(at));
  std::ranges::stable_sort(log.events, {}, [](JsonRef event) {
    const JsonRef number = event.get("seq");
    return number.is(JsonKind::integer) ? number.integer() : -1;
  });
  return log;
}

/// What the daemon says of itself, in the declared form.
Result<JsonDocument> verdict_of(Client& client) {
  auto verdict = client.ask("librefang.audit.verify");
  if (!verdict) return verdict;
  if (const JsonRef valid = verdict->root().get("valid"); valid.is(JsonKind::boolean))
    verdict->set_string("status", valid.boolean() ? "valid" : "broken");
  if (const JsonRef entries = verdict->root().get("entries"); entries) verdict->set("chain_length", entries);
  verdict->erase("valid");
  verdict->erase("entries");
  return verdict;
}

Status check(const JsonDocument& verdict, const ChainResult& chain, bool complete) {
  const auto broken = [](std::string why) { return fail(Code::integrity, std::move(why)); };
  if (chain.first_wrong && *chain.first_wrong < 0) return broken("an event of the audit log has no number");
  if (chain.first_wrong)
    return fail(Code::integrity, "event " + std::to_string(*chain.first_wrong) + " of the audit log does not match its hash");
  if (verdict.root().get("status").text() == "broken")
    return fail(Code::integrity,
                "the daemon says that its audit log is broken" +
                    (verdict.root().get("error").text().empty() ? std::string() : ": " + verdict.root().get("error").text()));
  if (verdict.root().get("status").text() != "valid") return fail(Code::server, "the daemon gives no verdict about its audit log");
  if (complete && chain.unchecked > 0)
    return broken(std::to_string(chain.unchecked) + " events of the audit log have no hash that can be computed");
  // The log was read after the verdict, so that it may have more events, never fewer; a version without an export tells the newest alone.
  const JsonRef told = verdict.root().get("chain_length");
  const auto read = static_cast<std::int64_t>(chain.checked + chain.unchecked);
  if (told.is(JsonKind::integer) && read < told.integer() && (complete || read < kMostTold))
    return broken("the daemon verified " + std::to_string(told.integer()) + " events and tells only " + std::to_string(read));
  const std::string& tip = verdict.root().get("tip_hash").text();
  // An event may have come between the two answers; then the tip is no longer the one that was read.
  const JsonRef length = verdict.root().get("chain_length");
  const bool same = length.is(JsonKind::integer) && static_cast<std::size_t>(length.integer()) == chain.checked + chain.unchecked;
  if (same && !tip.empty() && tip != chain.tip)
    return fail(Code::integrity, "the daemon verified another log than it exports: the last hashes differ");
  return {};
}

/// What an event is counted under.
std::string group_of(JsonRef event, std::string_view by) {
  if (by == "day") return event.get("timestamp").text().substr(0, 10);
  const std::string& value = event.get(by).text();
  // An outcome says in its words what went wrong.
  if (by == "outcome" && value.starts_with("error")) return "error";
  return value;
}

}  // namespace

Result<int> list(Client& client) { return client.invocation().is_set("follow") ? show_rows(client, kLog) : send_and_print(client); }

Result<int> logs(Client& client) { return show_rows(client, kLog); }
Result<int> comms(Client& client) { return show_rows(client, kComms); }

Result<int> verify(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "librefang.audit.verify");
  auto verdict = verdict_of(client);
  if (!verdict) return fail(std::move(verdict.error()));
  auto log = read_log(client);
  if (!log) return fail(std::move(log.error()));
  const ChainResult chain = check_chain(log->events, log->complete);
  verdict->set_integer("checked", static_cast<std::int64_t>(chain.checked));
  verdict->set_integer("unchecked", static_cast<std::int64_t>(chain.unchecked));
  if (chain.first_wrong) verdict->set_integer("first_wrong", *chain.first_wrong);
  auto printed = print_reply(client, *client.invocation().endpoint, verdict->dump());
  if (!printed) return printed;
  if (auto status = check(*verdict, chain, log->complete); !status) return fail(std::move(status.error()));
  return printed;
}

Result<int> stats(Client& client) {
  if (client.invocation().global.only_shows()) return only_show(client, "librefang.audit.export");
  auto log = read_log(client);
  if (!log) return fail(std::move(log.error()));
  const std::string_view given = client.invocation().value("by");
  const std::string by(given.empty() ? "event_type" : given);
  struct Count {
    std::int64_t events = 0, failed = 0;
    std::string last;
  };
  std::map<std::string, Count> counts;
  for (const JsonRef event : log->events) {
    auto declared = JsonDocument::parse(understood_item(*find_endpoint("librefang.audit.list"), event.dump()));
    if (!declared) continue;
    Count& count = counts[group_of(declared->root(), by)];
    ++count.events;
    if (declared->root().get("outcome").text() != "ok") ++count.failed;
    count.last = std::max(count.last, declared->root().get("timestamp").text());
  }
  std::string items;
  for (const auto& [value, count] : counts)
    items +=
        (items.empty() ? "" : ",") + json_object("value", value, "events", count.events, "failed", count.failed, "last", count.last).text;
  return exit_code(print_own(client, "{\"items\":[" + items + "],\"total\":" + std::to_string(counts.size()) + "}"));
}

}  // namespace facio::librefang::audit
