#include "commands/facio/audit/client/chain.hpp"

#include "cli/core/json_scan.hpp"
#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio::audit {
namespace {

/// The number that the whole text is, or -1.
std::int64_t number_of(std::string_view text) {
  std::int64_t value = -1;
  (void)read_number(text, value);
  return value;
}

std::string_view unquoted(std::string_view value) { return value.size() < 2 ? std::string_view{} : value.substr(1, value.size() - 2); }

/// "_n" and "_prev" at the start of a line, and where the rest begins.
struct Link {
  std::int64_t number = -1;
  std::string_view previous;
  std::size_t size = 0;
};
Link link_of(std::string_view line) {
  constexpr std::string_view kNumber = "{\"_n\":", kPrevious = ",\"_prev\":\"";
  Link link;
  if (!line.starts_with(kNumber)) return link;
  const auto comma = line.find(',', kNumber.size());
  if (comma == std::string_view::npos || line.substr(comma, kPrevious.size()) != kPrevious || line.size() < comma + kPrevious.size() + 66)
    return link;
  link.number = number_of(line.substr(kNumber.size(), comma - kNumber.size()));
  link.previous = line.substr(comma + kPrevious.size(), 64);
  link.size = comma + kPrevious.size() + 64 + 1;
  return link;
}

}  // namespace

std::string ChainWriter::line(std::string_view object) {
  std::string text = "{\"_n\":" + std::to_string(++number_) + ",\"_prev\":\"" + previous_ + "\"";
  object = trimmed(object);
  const std::string_view rest = trimmed(object.substr(1));
  if (rest != "}") text += ',';
  text += rest;
  previous_ = sha256_hex({text});
  return text;
}

std::string problem_with(std::string_view event, std::string_view prev_hash) {
  EventFields fields;
  if (!read_fields(event, fields)) return "is not a JSON object";
  if (fields.hash.empty() || fields.prev_hash.empty()) return "has no hash";
  if (!prev_hash.empty() && unquoted(fields.prev_hash) != prev_hash) return "does not contain the hash of the previous event";
  const auto cut = event.rfind(",\"hash\":");
  if (cut == std::string_view::npos) return "has no hash at its end";
  if (sha256_hex({unquoted(fields.prev_hash), "\n", event.substr(0, cut), "}"}) != unquoted(fields.hash)) return "does not match its hash";
  return {};
}

void ChainReader::check_link(std::string_view text) {
  const Link link = link_of(text);
  const std::uint64_t expected = number_ + 1;
  if (link.number < 0) {
    findings_.push_back({lines_, "edited", "has no link to the previous line"});
    return;
  }
  const auto number = static_cast<std::uint64_t>(link.number);
  if (number > expected) {
    const std::uint64_t count = number - expected;
    findings_.push_back({lines_, "missing", std::to_string(count) + (count == 1 ? " line is" : " lines are") + " missing before it"});
  } else if (number < expected) {
    findings_.push_back({lines_, "moved", "was at position " + std::to_string(number) + ", but lines with later positions come before it"});
  } else if (link.previous != previous_) {
    if (lines_ > 1) findings_.push_back({lines_ - 1, "edited", "was changed after the export: the next line has a different hash for it"});
    else findings_.push_back({lines_, "edited", "is not the beginning of an export"});
  }
  number_ = number;
}

void ChainReader::check_event(std::string_view event) {
  EventFields fields;
  if (!read_fields(event, fields)) return;
  ++events_;
  if (fields.hash.empty()) return;
  hashed_ = true;
  const std::int64_t seq = number_of(fields.seq);
  const bool next = seq >= 0 && seq == seq_ + 1;  // a filtered export leaves some out
  if (!chained_ && seq_ >= 0 && seq >= 0 && seq > seq_ + 1)
    findings_.push_back({lines_, "missing",
                         "is event " + std::to_string(seq) + ", after event " + std::to_string(seq_) + ": those in between are missing"});
  if (!chained_ && seq_ >= 0 && seq >= 0 && seq <= seq_)
    findings_.push_back({lines_, "moved", "is event " + std::to_string(seq) + ", which belongs before event " + std::to_string(seq_)});
  if (const std::string wrong = problem_with(event, next ? event_hash_ : std::string()); !wrong.empty())
    findings_.push_back({lines_, "hash", "event " + (seq < 0 ? std::string("?") : std::to_string(seq)) + " " + wrong});
  if (see_) see_(seq, unquoted(fields.prev_hash), unquoted(fields.hash));
  seq_ = seq;
  event_hash_ = unquoted(fields.hash);
}

void ChainReader::line(std::string_view text) {
  if (text.ends_with('\r')) text.remove_suffix(1);
  ++lines_;
  if (!chained_ && text.starts_with("{\"_n\":")) {
    chained_ = true;
    if (lines_ > 1) findings_.push_back({1, "edited", "is not the beginning of an export"});
  }
  if (ended_) findings_.push_back({lines_, "moved", "is after the end of the export"});
  if (!json::check_json(text)) findings_.push_back({lines_, "no-json", "is no JSON"});
  else if (!chained_) check_event(text);
  if (!chained_) return;
  check_link(text);
  previous_ = sha256_hex({text});
  const Link link = link_of(text);
  if (link.number < 0 || !json::check_json(text)) return;
  std::string rest = "{" + std::string(text.substr(link.size).starts_with(',') ? text.substr(link.size + 1) : text.substr(link.size));
  if (rest.starts_with("{\"_export\":")) return;
  if (!rest.starts_with("{\"_end\":")) return check_event(rest);
  ended_ = true;
  const std::int64_t count = number_of(json::member(json::member(rest, "_end"), "events"));
  if (findings_.empty() && static_cast<std::uint64_t>(count) != events_)
    findings_.push_back({lines_, "missing", "tells of " + std::to_string(count) + " events, but there are " + std::to_string(events_)});
}

void ChainReader::end() {
  if (chained_ && !ended_) findings_.push_back({0, "missing", "the end of the export is missing: it was truncated or not completed"});
}

}  // namespace facio::audit
