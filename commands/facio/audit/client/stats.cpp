// facioctl audit stats --by: events counted in groups, of an agent or a file.
#include <algorithm>
#include <cstdio>
#include <unordered_map>

#include "cli/core/shape_json.hpp"
#include "cli/core/time.hpp"
#include "commands/facio/audit/client/file.hpp"
#include "commands/facio/audit/client/filter.hpp"
#include "commands/facio/audit/client/log.hpp"
#include "commands/facio/audit/client/rows.hpp"

namespace facio::audit {
namespace {

struct Key {
  std::string_view word;
  std::string_view EventFields::*field;  ///< null: of the time
  std::string_view title;
};
constexpr Key kKeys[] = {
    {"type", &EventFields::event, "TYPE"},
    {"tool", &EventFields::tool, "TOOL"},
    {"hour", nullptr, "HOUR"},
    {"day", nullptr, "DAY"},
    {"status", &EventFields::status, "STATUS"},
    {"session", &EventFields::session, "SESSION"},
    {"channel", &EventFields::channel, "CHANNEL"},
    {"origin", &EventFields::origin, "ORIGIN"},
    {"model", &EventFields::model, "MODEL"},
    {"run", &EventFields::run, "RUN"},
    {"actor", &EventFields::actor, "ACTOR"},
};

Result<std::vector<const Key*>> keys_of(const Invocation& invocation) {
  std::vector<const Key*> keys;
  for (std::string word : words_of(invocation, {"by"})) {
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

/// Counts by what the keys are.
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

  /// The groups as JSON objects joined by commas: the largest first; groups of times in their order.
  [[nodiscard]] std::string rows() const {
    const bool by_time = keys_.front()->field == nullptr;
    std::vector<std::pair<std::string, std::string>> rows;  // what they are sorted by, and the JSON
    rows.reserve(counts_.size());
    for (const auto& [name, count] : counts_) {
      const AuditGroup row = row_of(name, count);
      char order[24];
      (void)std::snprintf(order, sizeof order, "%020lld", static_cast<long long>(INT64_MAX - count.events));
      std::string json = to_json(row);
      rows.emplace_back((by_time ? row.time() : std::string()) + order + json, std::move(json));
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
      row.set(key->word, value.empty() ? std::nullopt : std::optional(std::move(text)));
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
  return status ? tell_bad_lines(client, scanner) : std::move(status);
}

Status count_agent(Client& client, Filter& filter, Groups& groups) {
  if (!filter.from_ms) filter.from_ms = filter.to_ms.value_or(client.invocation().global.output.now_ms) - kDayMs;
  auto reading = read_log(client, filter, Wanted(), nullptr, [&groups](Event&& event) -> Result<bool> {
    EventFields fields;
    if (read_fields(event.json, fields)) groups.add(fields);
    return true;
  });
  return reading ? Status{} : fail(std::move(reading.error()));
}

}  // namespace

Result<int> stats(Client& client) {
  const Invocation& invocation = client.invocation();
  if (!invocation.given("by") && !invocation.given("file")) return send_and_print(client);
  auto keys = keys_of(invocation);
  if (!keys) return fail(std::move(keys.error()));
  auto filter = Filter::from(invocation);
  if (!filter) return fail(std::move(filter.error()));
  filter->with_own_reading = true;
  if (!invocation.given("file") && invocation.global.only_shows()) {
    auto shown = show_or_send(client, Pages(client, filter->query()).request(true, filter->from_ms, filter->to_ms, 500, 0));
    return shown ? Result<int>(0) : fail(std::move(shown.error()));
  }
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
  if (auto shown = render(endpoint, body + "]}", output, client.streams()); !shown) return fail(std::move(shown.error()));
  if (groups.total() == 0 && invocation.global.fail_empty) return fail(Code::not_found, "no audit event matches");
  return 0;
}

}  // namespace facio::audit
