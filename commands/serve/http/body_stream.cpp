#include "commands/serve/http/body_stream.hpp"

#include <utility>

namespace facio::serve {

BodyStream::Pushed BodyStream::push(std::string_view piece) {
  const std::lock_guard lock(mutex_);
  if (gone_ || state_ != State::open) return Pushed::gone;
  // An empty stream takes a piece of any size.
  if (!waiting_.empty() && waiting_.size() + piece.size() > most_waiting_) {
    was_full_ = true;
    return Pushed::full;
  }
  waiting_ += piece;
  wake();
  return Pushed::taken;
}

void BodyStream::end(State state) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::open) return;
  state_ = state;
  wake();
}

void BodyStream::wake() {
  if (!reader_waits_) return;
  reader_waits_ = false;
  wake_();
}

void BodyStream::attach(UniqueFunction<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

BodyStream::State BodyStream::take(std::string& bytes) {
  bytes.clear();
  State state = State::open;
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::aborted) bytes.swap(waiting_);
    state = state_;
    reader_waits_ = bytes.empty() && state == State::open;
    room = was_full_;
    was_full_ = false;
  }
  if (room) notify(Event::room);
  return state;
}

void BodyStream::disconnect() {
  UniqueFunction<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (gone_) return;
    gone_ = true;
    reader_waits_ = false;
    std::swap(wake, wake_);  // it owns the connection
    std::string().swap(waiting_);
  }
  notify(Event::gone);
}

void BodyStream::notify(Event event) {
  const std::lock_guard lock(watch_mutex_);
  if (!watch_) return;
  watch_(event);
  if (event == Event::gone) watch_ = {};  // it may own this stream
}

}  // namespace facio::serve
