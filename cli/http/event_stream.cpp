#include "cli/http/event_stream.hpp"

#include "cli/core/text.hpp"

namespace facio {

void EventStreamReader::take_line(std::string_view line) {
  const std::string_view name = split_off(line, ':');
  const std::string_view value = line.starts_with(' ') ? line.substr(1) : line;
  const bool is_error = error_lines_ && name == "error";
  if (is_error) type_ = name;
  if (name == "data" || is_error) {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) last_id_ = value;
  } else if (name == "retry") {
    std::int64_t ms = 0;
    if (read_number(value, ms) && ms >= 0) retry_ms_ = ms;
  }
}

std::optional<StreamEvent> EventStreamReader::next() {
  if (!begun_ && pending_.size() >= 3) {
    if (pending_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    begun_ = true;
  }
  while (true) {
    const std::size_t end = pending_.find_first_of("\r\n", at_);
    // A carriage return at the very end may be the first half of a line end.
    if (end == std::string::npos || (pending_[end] == '\r' && end + 1 == pending_.size())) break;
    const std::string_view line = std::string_view(pending_).substr(at_, end - at_);
    at_ = end + (pending_.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    if (!line.empty()) {
      take_line(line);
      continue;
    }
    const bool whole = has_data_;
    StreamEvent event{type_.empty() ? "message" : std::move(type_), std::move(data_), last_id_};
    type_.clear();
    data_.clear();
    has_data_ = false;
    if (whole) return event;
  }
  pending_.erase(0, at_);
  at_ = 0;
  return std::nullopt;
}

}  // namespace facio
