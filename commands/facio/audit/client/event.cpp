#include "commands/facio/audit/client/event.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/core/time.hpp"

namespace facio::audit {
namespace {

struct Name {
  std::string_view name;
  std::string_view EventFields::*field;
};
// Of several spellings the first one present counts (contract section 10.1).
constexpr Name kNames[] = {
    {"ts", &EventFields::ts},
    {"event", &EventFields::event},
    {"status", &EventFields::status},
    {"tool_name", &EventFields::tool},
    {"toolName", &EventFields::tool},
    {"run_id", &EventFields::run},
    {"runId", &EventFields::run},
    {"session_key", &EventFields::session},
    {"sessionKey", &EventFields::session},
    {"channel", &EventFields::channel},
    {"origin", &EventFields::origin},
    {"model", &EventFields::model},
    {"message", &EventFields::message},
    {"duration_ms", &EventFields::duration},
    {"durationMs", &EventFields::duration},
    {"details", &EventFields::details},
    {"actor", &EventFields::actor},
    {"parent_run_id", &EventFields::parent},
    {"parentRunId", &EventFields::parent},
    {"turn_id", &EventFields::turn},
    {"turnId", &EventFields::turn},
    {"trace_id", &EventFields::trace},
    {"traceId", &EventFields::trace},
    {"seq", &EventFields::seq},
    {"prev_hash", &EventFields::prev_hash},
    {"hash", &EventFields::hash},
    {"name", &EventFields::tool},
};

constexpr std::size_t kLongestName = 14;

/// The names by length, and where each length begins: most members of a line are none of these.
struct BySize {
  std::array<Name, std::size(kNames)> names{};
  std::array<std::uint8_t, kLongestName + 2> first{};
};
consteval BySize by_size() {
  BySize sorted;
  std::size_t next = 0;
  for (std::size_t size = 0; size <= kLongestName; ++size) {
    sorted.first[size] = static_cast<std::uint8_t>(next);
    for (const Name& one : kNames)
      if (one.name.size() == size) sorted.names[next++] = one;
  }
  sorted.first[kLongestName + 1] = static_cast<std::uint8_t>(next);
  return sorted;
}
constexpr BySize kBySize = by_size();
static_assert(kBySize.first[kLongestName + 1] == std::size(kNames));

/// Steps over text that may not be JSON: every step stays inside it.
struct Walk {
  const char* at;
  const char* end;

  void blanks() {
    while (at != end && is_blank(*at)) ++at;
  }
  /// Skips the string that begins here.
  bool string() {
    const char* quote = at;
    while ((quote = static_cast<const char*>(std::memchr(quote + 1, '"', static_cast<std::size_t>(end - quote - 1)))) != nullptr) {
      const char* slash = quote;
      while (slash[-1] == '\\') --slash;  // the opening quote ends this
      if ((quote - slash) % 2 == 0) {
        at = quote + 1;
        return true;
      }
      if (quote + 1 == end) return false;
    }
    return false;
  }
  bool container() {
    int depth = 0;
    while (at != end) {
      const char c = *at;
      if (c == '"') {
        if (!string()) return false;
        continue;
      }
      ++at;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
  }
  bool value() {
    if (at == end) return false;
    if (*at == '"') return string();
    if (*at == '{' || *at == '[') return container();
    const char* begin = at;
    while (at != end && *at != ',' && *at != '}' && !is_blank(*at)) ++at;
    return at != begin;
  }
};

void take(EventFields& fields, std::string_view name, std::string_view value) {
  if (name.size() > kLongestName) return;
  for (std::size_t i = kBySize.first[name.size()]; i < kBySize.first[name.size() + 1]; ++i) {
    const Name& known = kBySize.names[i];
    if (std::memcmp(known.name.data(), name.data(), name.size()) != 0) continue;
    if ((fields.*known.field).empty() && value != "null") fields.*known.field = value;
    return;
  }
}

}  // namespace

bool read_fields(std::string_view json, EventFields& fields) {
  Walk walk{json.data(), json.data() + json.size()};
  walk.blanks();
  if (walk.at == walk.end || *walk.at != '{') return false;
  ++walk.at;
  walk.blanks();
  if (walk.at != walk.end && *walk.at == '}') return true;
  while (walk.at != walk.end && *walk.at == '"') {
    const char* const name = walk.at + 1;
    if (!walk.string()) return false;
    const std::string_view word(name, static_cast<std::size_t>(walk.at - 1 - name));
    walk.blanks();
    if (walk.at == walk.end || *walk.at != ':') return false;
    ++walk.at;
    walk.blanks();
    const char* const value = walk.at;
    if (!walk.value()) return false;
    take(fields, word, {value, static_cast<std::size_t>(walk.at - value)});
    walk.blanks();
    if (walk.at == walk.end) return false;
    if (*walk.at == '}') return true;
    if (*walk.at != ',') return false;
    ++walk.at;
    walk.blanks();
  }
  return false;
}

std::string plain(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::string(value);
  if (value.find('\\') == std::string_view::npos) return std::string(value.substr(1, value.size() - 2));
  return json::check_json(value) ? json::unescaped(value) : std::string(value);
}

bool is_text(std::string_view value, std::string_view text) {
  if (value.size() >= 2 && value.front() == '"' && value.find('\\') == std::string_view::npos)
    return value.substr(1, value.size() - 2) == text;
  return plain(value) == text;
}

std::int64_t time_of(const EventFields& fields) {
  if (fields.ts.size() < 2) return 0;
  if (fields.ts.front() != '"') {
    double number = 0;
    const auto [end, error] = std::from_chars(fields.ts.data(), fields.ts.data() + fields.ts.size(), number);
    if (error != std::errc{}) return 0;
    return static_cast<std::int64_t>(number < 1e11 ? number * 1000 : number);
  }
  const auto time = parse_rfc3339(fields.ts.substr(1, fields.ts.size() - 2));
  return time ? *time : 0;
}

std::int64_t integer_of(std::string_view value, std::int64_t otherwise) {
  (void)std::from_chars(value.data(), value.data() + value.size(), otherwise);
  return otherwise;
}

std::uint64_t id_of(std::string_view json, const EventFields& fields) {
  std::uint64_t id = 0;
  if (fields.hash.size() >= 18 && read_number(fields.hash.substr(1, 16), id, 16)) return id;
  id = 0xcbf29ce484222325U;  // FNV-1a: the same in every version, as cursors outlive the program
  for (const char c : json) id = (id ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return id;
}

Event event_of(std::string_view json) {
  const EventFields fields = fields_of(json);
  Event event{.json = std::string(json), .ts_ms = time_of(fields), .id = id_of(json, fields)};
  if (!fields.hash.empty()) event.seq = std::max<std::int64_t>(0, integer_of(fields.seq));
  return event;
}

bool is_own_reading(const EventFields& fields) {
  if (!is_text(fields.event, "api_request")) return false;
  const std::string_view details = fields.details;
  return details.find(R"("GET")") != std::string_view::npos && details.find(R"("path":"/api/v1/audit)") != std::string_view::npos;
}

}  // namespace facio::audit
