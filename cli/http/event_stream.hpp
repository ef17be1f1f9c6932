// Server-sent events (WHATWG HTML, "Server-sent events"), read as their bytes come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace facio {

struct StreamEvent {
  std::string type = "message";
  std::string data;
  std::string id;  ///< of this event, or the last one that had one
};

/// For one thread.
class EventStreamReader {
 public:
  /// Takes more bytes; they may end anywhere.
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole event; nothing until more bytes come. Events without data are left out.
  std::optional<StreamEvent> next();
  /// What the stream last asked for as the time before a new connection, in milliseconds.
  [[nodiscard]] std::optional<std::int64_t> retry_ms() const { return retry_ms_; }
  /// The id to go on from after a lost connection; may be empty.
  [[nodiscard]] const std::string& last_id() const { return last_id_; }
  /// Bytes that wait for the end of their line or event; whoever reads sets a limit.
  [[nodiscard]] std::size_t waiting() const { return pending_.size() - at_ + data_.size(); }

 private:
  void take_line(std::string_view line);

  std::string pending_;
  std::size_t at_ = 0;
  bool begun_ = false, has_data_ = false;
  std::string type_, data_, last_id_;
  std::optional<std::int64_t> retry_ms_;
};

}  // namespace facio
