// facioctl audit stats --by: events counted in groups, of an agent or a file.
#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/log.hpp"

namespace facio::audit {
namespace {

/// A group of events as `audit stats --by` counts them.
struct AuditGroup {
  std::optional<std::string> type, tool, hour, day, status, session, channel, origin, model, run, actor;
  std::int64_t count = 0, errors = 0, duration_ms = 0;

  static constexpr ShapeHead shape{"AuditGroup", "How many events of a group there are"};
  static constexpr auto fields() {
    using G = AuditGroup;
    return Fields{
        field("type", &G::type, "kind of event"),
        field("tool", &G::tool, "tool that was called"),
        field("hour", &G::hour, "hour (UTC)"),
        field("day", &G::day, "day (UTC)"),
        field("status", &G::status, "how it ended"),
        field("session", &G::session, "session it belongs to"),
        field("channel", &G::channel, "channel it came through"),
        field("origin", &G::origin, "what started it"),
        field("model", &G::model, "model that was called"),
        field("run", &G::run, "run it belongs to"),
        field("actor", &G::actor, "who did it"),
        field("count", &G::count, "how many events"),
        field("errors", &G::errors, "how many of them failed or were denied"),
        field("duration_ms", &G::duration_ms, "how long all of them took", {.format = Format::milliseconds}),
    };
  }
};

struct Key {
  std::string_view word;
  std::string_view EventFields::*field;  ///< null: derived from the time
  std::optional<std::string> AuditGroup::*member;
  std::string_view title;
};
constexpr Key kKeys[] = {
    {"type", &EventFields::event, &AuditGroup::type, "TYPE"},
    {"tool", &EventFields::tool, &AuditGroup::tool, "TOOL"},
    {"hour", nullptr, &AuditGroup::hour, "HOUR"},
    {"day", nullptr, &AuditGroup::day, "DAY"},
    {"status", &EventFields::status, &AuditGroup::status, "STATUS"},
    {"session", &EventFields::session, &AuditGroup::session, "SESSION"},
    {"channel", &EventFields::channel, &AuditGroup::channel, "CHANNEL"},
    {"origin", &EventFields::origin, &AuditGroup::origin, "ORIGIN"},
    {"model", &EventFields::model, &AuditGroup::model, "MODEL"},
    {"run", &EventFields::run, &AuditGroup::run, "RUN"},
    {"actor", &EventFields::actor, &AuditGroup::actor, "ACTOR"},
};

Result<std::vector<const Key*>> keys_of(const Invocation& invocation) {
  std::vector<const Key*> keys;
  for (std::string word : list_of(invocation, {"by"})) {
    if (word == "event") word = "type";
    if (word == "tool_name") word = "tool";
    if (word == "session_key") word = "session";
    if (word == "date") word = "day";
    const auto* const key = std::ranges::find(kKeys, std::string_view(word), &Key::word);
    if (key == std::end(kKeys))
      return fail_field(Code::usage, "--by",
                        "--by: '" + word + "' is not one of type, tool, hour, day, status, session, channel, origin, model, run, actor");
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  if (keys.empty()) keys.push_back(&kKeys[0]);
  return keys;
}

struct Hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// Counts events by the values of the keys.
class Groups {
 public:
  explicit Groups(const std::vector<const Key*>& keys) : keys_(keys) {}

  void add(const EventFields& fields) {
    name_.clear();
    for (const Key* key : keys_) {
      if (key->field != nullptr) name_ += fields.*key->field;
      // "2026-11-22T09:31:43.242Z": the hour and the day are a part of the text.
      else if (fields.ts.size() > 14 && fields.ts.ends_with("Z\"")) name_ += fields.ts.substr(1, key->word == "hour" ? 13 : 10);
      else append_time(key->word == "hour", fields);
      name_ += '\n';
    }
    auto found = counts_.find(std::string_view(name_));
    if (found == counts_.end()) found = counts_.emplace(name_, Count{}).first;
    ++found->second.events;
    if (fields.status == "\"error\"" || fields.status == "\"denied\"") ++found->second.errors;
    if (!fields.duration.empty()) {
      std::int64_t ms = 0;
      for (const char c : fields.duration.substr(0, 12)) ms = c >= '0' && c <= '9' ? ms * 10 + (c - '0') : ms;
      found->second.duration_ms += ms;
    }
    ++total_;
  }

  /// The groups as JSON objects joined by commas: the largest first, or by time.
  [[nodiscard]] std::string rows() const {
    const bool by_time = keys_.front()->field == nullptr;
    std::vector<std::pair<std::string, std::string>> rows;  // sort key and JSON
    rows.reserve(counts_.size());
    for (const auto& [name, count] : counts_) {
      const AuditGroup row = row_of(name, count);
      char order[24];
      (void)std::snprintf(order, sizeof order, "%020lld", static_cast<long long>(INT64_MAX - count.events));
      std::string json = to_json(row);
      rows.emplace_back((by_time ? row.hour.value_or(row.day.value_or("")) : "") + order + json, std::move(json));
    }
    std::ranges::sort(rows);
    std::string text;
    for (const auto& [order, json] : rows) text += (text.empty() ? "" : ",") + json;
    return text;
  }
  [[nodiscard]] std::int64_t total() const { return total_; }

 private:
  struct Count {
    std::int64_t events = 0, errors = 0, duration_ms = 0;
  };
  [[nodiscard]] AuditGroup row_of(std::string_view rest, const Count& count) const {
    AuditGroup row;
    for (const Key* key : keys_) {
      const std::string_view value = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(value.size() + 1);
      std::string text = key->field != nullptr ? plain(value) : std::string(value);
      if (key->word == "hour" && text.size() == 13) text += ":00Z";
      if (!value.empty()) row.*key->member = std::move(text);
    }
    row.count = count.events;
    row.errors = count.errors;
    row.duration_ms = count.duration_ms;
    return row;
  }
  void append_time(bool hour, const EventFields& fields) {
    if (const std::int64_t at = time_of(fields); at != 0) name_ += format_rfc3339(at).substr(0, hour ? 13 : 10);
  }

  const std::vector<const Key*>& keys_;
  std::unordered_map<std::string, Count, Hash, std::equal_to<>> counts_;
  std::string name_;
  std::int64_t total_ = 0;
};

Status count_file(Client& client, const Filter& filter, Groups& groups) {
  Scanner scanner(filter, true);
  auto status = read_blocks(std::string(client.invocation().value("file")), [&](std::string_view block) {
    return scanner.scan(block, [&groups](std::string_view, const EventFields& fields) -> Result<bool> {
      groups.add(fields);
      return true;
    });
  });
  return status ? warn_of_bad_lines(client, scanner) : std::move(status);
}

Status count_agent(Client& client, Filter& filter, Groups& groups) {
  if (!filter.from_ms) filter.from_ms = filter.to_ms.value_or(client.invocation().global.output.now_ms) - kDayMs;
  return read_log(client, filter, LogRange(), nullptr,
                  [&groups](Event&& event) -> Result<bool> {
                    EventFields fields;
                    if (read_fields(event.json, fields)) groups.add(fields);
                    return true;
                  })
      .map([](const Reading&) {});
}

}  // namespace

Result<int> stats(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("by") && !invocation.given("file")) return send_and_print(client);
  auto keys = keys_of(invocation);
  if (!keys) return fail(std::move(keys.error()));
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  warn(client, filter->doubts());
  filter->with_own_reading = true;
  if (!invocation.given("file") && invocation.global.only_shows())
    return Pages(client, filter->query()).show(true, filter->from_ms, filter->to_ms);
  Groups groups(*keys);
  auto status = invocation.given("file") ? count_file(client, *filter, groups) : count_agent(client, *filter, groups);
  if (!status) return fail(std::move(status.error()));

  Endpoint endpoint = *invocation.endpoint;
  endpoint.form = ReplyForm::list;
  endpoint.reply = &shape_of<AuditGroup>;
  endpoint.envelope = nullptr;
  endpoint.params = {};
  std::vector<Column> columns;
  for (const Key* key : *keys) columns.push_back({key->word, key->title});
  columns.insert(columns.end(), {{"count", "COUNT"}, {"errors", "ERRORS"}, {"duration_ms", "TIME", true}});
  endpoint.columns = columns;
  const std::string body = "{\"items\":[" + groups.rows();
  OutputOptions output = output_of(client);
  output.filter.clear();
  if (auto shown = print_as(client, endpoint, body + "]}", output); !shown) return fail(std::move(shown.error()));
  if (groups.total() == 0 && invocation.global.fail_empty) return fail(Code::not_found, "no audit event matches");
  return 0;
}

}  // namespace facio::audit
