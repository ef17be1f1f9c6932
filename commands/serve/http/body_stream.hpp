// The body of a streaming answer: pieces that some thread produces and a connection sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/core/unique_function.hpp"

namespace facio::serve {

/// Held by both sides. Safe from any thread.
class BodyStream {
 public:
  /// What the producer is told. `room`: a full stream takes pieces again. `gone`: the reader has gone away; comes once and last.
  /// `stopping`: the server is stopping; a stream that is not finished within the grace period is aborted.
  enum class Event : std::uint8_t { room, gone, stopping };
  using Watch = UniqueFunction<void(Event)>;
  enum class Pushed : std::uint8_t { taken, full, gone };

  /// `keep_alive`, a literal, is sent after a silence; empty: nothing is. `watch` is called from an I/O thread, without locks held.
  explicit BodyStream(std::string_view keep_alive = {}, Watch watch = {}, std::size_t most_waiting = std::size_t{1024} * 1024)
      : keep_alive_(keep_alive), most_waiting_(most_waiting), watch_(std::move(watch)) {}

  // For the producer.

  /// Queues a piece. full: too much is queued already, and this piece was not taken.
  Pushed push(std::string_view piece);
  /// The body is complete.
  void finish() { end(State::finished); }
  /// Ends an incomplete body: the client sees the connection break.
  void abort() { end(State::aborted); }

  // For the connection.

  /// `wake` is called, with the stream's lock held, when there is something to take after a take() that found nothing.
  void attach(UniqueFunction<void()> wake);
  enum class State : std::uint8_t { open, finished, aborted };
  /// Takes all queued bytes; a state other than `open` means that nothing follows them.
  State take(std::string& bytes);
  /// The reader has gone away.
  void disconnect();
  void notify_stopping() { notify(Event::stopping); }
  [[nodiscard]] std::string_view keep_alive() const { return keep_alive_; }

 private:
  void end(State state);
  void wake();
  void notify(Event event);

  const std::string_view keep_alive_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::string waiting_;
  State state_ = State::open;
  bool gone_ = false, was_full_ = false, reader_waits_ = false;
  UniqueFunction<void()> wake_;
  std::mutex watch_mutex_;  ///< one event at a time
  Watch watch_;
};

}  // namespace facio::serve
