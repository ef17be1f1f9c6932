#include "commands/librefang/audit/client/chain.hpp"

#include <array>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio::librefang::audit {
namespace {

constexpr std::string_view kNames[] = {"seq", "timestamp", "agent_id", "action", "detail", "outcome"};
constexpr std::size_t kHashSize = 64;

std::string tagged(std::string_view name, std::string_view value) { return "\x1f" + std::string(name) + "=" + std::string(value); }

/// The 16 bytes of a UUID; the text itself when it is none.
std::string bytes_of_uuid(std::string_view text) {
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == '-') continue;
    const int digit = is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return std::string(text);
    if (high < 0) high = digit;
    else bytes += static_cast<char>(high * 16 + digit), high = -1;
  }
  return bytes.size() == 16 && high < 0 ? bytes : std::string(text);
}

std::string plain(JsonRef value) { return value.is(JsonKind::string) ? value.string() : value.dump(); }

/// What belongs to an event although not every one has it.
std::string further(JsonRef event) {
  std::string text;
  if (const std::string user = event.get("user_id").text(); !user.empty()) text += tagged("user_id", bytes_of_uuid(user));
  if (const std::string channel = event.get("channel").text(); !channel.empty()) text += tagged("channel", channel);
  return text;
}

}  // namespace

bool matches(JsonRef event, std::string_view prev_hash) {
  std::string with_names, without;
  for (const std::string_view name : kNames) {
    const JsonRef value = event.get(name);
    if (!value) return false;
    with_names += tagged(name, plain(value));
    without += plain(value);
  }
  const std::string more = further(event);
  const std::string& hash = event.get("hash").text();
  return sha256_hex({with_names, more, tagged("prev_hash", prev_hash)}) == hash || sha256_hex({without, more, prev_hash}) == hash;
}

ChainResult check_chain(const std::vector<JsonRef>& events, bool complete) {
  ChainResult result;
  std::string before;
  for (const JsonRef event : events) {
    const JsonRef number = event.get("seq");
    const std::int64_t seq = number.is(JsonKind::integer) ? number.integer() : -1;
    const std::string told = event.get("prev_hash").text();
    if (seq == 0) before.assign(kHashSize, '0');
    // A window of the log begins with an event whose predecessor is not told.
    const bool follows = before.empty() || told.empty() || told == before;
    const std::string& previous = told.empty() ? before : told;
    const bool known = !previous.empty();
    if (known && follows && matches(event, previous)) ++result.checked;
    else if (!known || (!complete && follows)) ++result.unchecked;
    else if (!result.first_wrong) result.first_wrong = seq;
    before = event.get("hash").text();
  }
  result.tip = before;
  return result;
}

}  // namespace facio::librefang::audit
