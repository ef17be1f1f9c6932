// An answer's body that comes in pieces: somebody makes them, on any thread, and a connection sends them, without a thread of its own.
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
  /// What the maker of the pieces is told. `room`: a full stream takes pieces again. `gone`: nobody reads any more; comes once and last.
  /// `stopping`: the server ends; a stream that is not finished when its grace is over is cut off.
  enum class Event : std::uint8_t { room, gone, stopping };
  using Watch = UniqueFunction<void(Event)>;
  enum class Pushed : std::uint8_t { taken, full, gone };

  /// `keep_alive`, a literal, is sent when nothing was for a while; empty: nothing is. `watch` is called without a lock, from an I/O
  /// thread.
  explicit BodyStream(std::string_view keep_alive = {}, Watch watch = {}, std::size_t most_waiting = std::size_t{1024} * 1024)
      : keep_alive_(keep_alive), most_waiting_(most_waiting), watch_(std::move(watch)) {}
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  // The side that makes the pieces.

  /// Sends a piece soon. full: too much waits already and this piece was not taken.
  Pushed push(std::string_view piece);
  /// The body is complete.
  void finish() { end(State::finished); }
  /// The body ends here, but is not complete: the client sees the connection break.
  void cut() { end(State::cut); }

  // The side of the connection.

  /// `wake` is called, under the stream's lock, when there is something to take after a take() that found nothing.
  void attach(UniqueFunction<void()> wake);
  enum class State : std::uint8_t { open, finished, cut };
  /// Gives what waits; the state is told when nothing is left behind it.
  State take(std::string& bytes);
  /// Nobody reads any more.
  void leave();
  void tell_stopping() { tell(Event::stopping); }
  [[nodiscard]] std::string_view keep_alive() const { return keep_alive_; }

 private:
  void end(State state);
  void wake();
  void tell(Event event);

  const std::string_view keep_alive_;
  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::string waiting_;
  State state_ = State::open;
  bool gone_ = false, was_full_ = false, hungry_ = false;
  UniqueFunction<void()> wake_;
  std::mutex watch_mutex_;  ///< events come one after the other
  Watch watch_;
};

}  // namespace facio::serve
