// Server-sent events (WHATWG HTML), read as their bytes arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facio {

struct StreamEvent {
  std::string type = "message";
  std::string data;
  std::string id;  ///< of this event, or of the last one that had an id
};

/// Not thread-safe.
class EventStreamReader {
 public:
  /// `error_lines`: a line "error: …", which is none of the standard's, is the data of an event of the type error.
  explicit EventStreamReader(bool error_lines = false) : error_lines_(error_lines) {}

  /// Adds bytes, which may end anywhere.
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next complete event, if any. Events without data are skipped.
  std::optional<StreamEvent> next();
  /// The reconnection time that the stream last asked for, in milliseconds.
  [[nodiscard]] std::optional<std::int64_t> retry_ms() const { return retry_ms_; }
  /// The id to resume from after a lost connection; may be empty.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }
  /// How many bytes wait for the end of their line or event, for the caller to limit.
  [[nodiscard]] std::size_t waiting() const { return pending_.size() - at_ + data_.size(); }

 private:
  void take_line(std::string_view line);

  std::string pending_;
  std::size_t at_ = 0;
  bool error_lines_, begun_ = false, has_data_ = false;
  std::string type_, data_, last_id_;
  std::optional<std::int64_t> retry_ms_;
};

}  // namespace facio
