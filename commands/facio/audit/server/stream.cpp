#include "commands/facio/audit/server/stream.hpp"

#include <algorithm>

#include "cli/core/json_scan.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/text.hpp"
#include "commands/serve/http/body_stream.hpp"
#include "commands/serve/trouble.hpp"

namespace facio {

using serve::BodyStream;

namespace {

constexpr std::int64_t kPage = 200;
constexpr std::size_t kMostWaiting = std::size_t{256} * 1024;
constexpr std::string_view kBeat = ":\n\n";  // a comment, which every reader of event streams skips

struct EventPlace {
  std::int64_t seq = 0;
  std::string_view hash;
};

EventPlace event_place(std::string_view event) {
  EventPlace place;
  std::string_view name, value;
  for (json::Members members(event); members.next(name, value);) {
    if (name == "seq") (void)read_number(value, place.seq);
    if (name == "hash" && value.size() > 2) place.hash = value.substr(1, value.size() - 2);
  }
  return place;
}

std::string message_of(const EventPlace& place, std::string_view event) {
  return ("id: " + std::to_string(place.seq) + ".").append(place.hash.substr(0, 16)).append("\nevent: audit\ndata: ").append(event) +
         "\n\n";
}

}  // namespace

struct AuditStreams::Reader {
  void end(std::string_view reason) const {
    (void)stream->push("event: end\ndata: " + json_object("reason", reason).text + "\n\n");
    stream->finish();
  }

  std::string agent;
  store::AuditQuery query;
  bool follow = true;
  std::atomic<bool> blocked{false};  ///< until its connection takes bytes again
  std::shared_ptr<BodyStream> stream;
};

Result<std::shared_ptr<BodyStream>> AuditStreams::begin(store::AuditReads& reads, std::string agent, AuditService::Streaming wanted) {
  auto reader = std::make_shared<Reader>();
  reader->agent = std::move(agent);
  reader->query = std::move(wanted.query);
  reader->follow = wanted.follow;
  store::AuditQuery last;
  last.limit = 1;
  if (!wanted.expected_hash.empty()) {
    last.after_seq = reader->query.after_seq - 1;
    last.ascending = true;
  }
  auto found = reads.list(reader->agent, last);
  if (!found) return fail(std::move(found.error()));
  if (wanted.from_now) reader->query.after_seq = found->last_seq;
  std::string_view first;
  const EventPlace place = json::Elements(found->items).next(first) ? event_place(first) : EventPlace();
  const bool known = wanted.expected_hash.empty() ? reader->query.after_seq <= found->last_seq
                                                  : place.seq == reader->query.after_seq && place.hash.starts_with(wanted.expected_hash);
  if (!known) return fail(Code::conflict, "after: there is no such event in the log; read it from the beginning with after=0");
  reader->query.ascending = true;
  reader->query.limit = kPage;

  const auto watch = [streams = weak_from_this(), weak = std::weak_ptr(reader)](BodyStream::Event event) {
    const auto owner = streams.lock();
    const auto self = weak.lock();
    if (!owner || !self) return;
    if (event == BodyStream::Event::gone) return owner->forget(self);
    if (event == BodyStream::Event::stopping) return self->end("the agent is shutting down");
    self->blocked = false;
    owner->wake();
  };
  reader->stream = std::make_shared<BodyStream>(kBeat, watch, kMostWaiting);
  auto stream = reader->stream;
  (void)stream->push("retry: 1000\n\n");  // lets the head pass any proxy at once
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return fail(Code::unavailable, "the server is stopping");
    reads_ = &reads;
    readers_.push_back(std::move(reader));
    count_ = readers_.size();
  }
  wake();
  return stream;
}

void AuditStreams::wake() {
  if (count_ == 0) return;
  const std::lock_guard lock(mutex_);
  again_ = true;
  if (ended_ || running_) return;
  // Otherwise the next event wakes the readers.
  running_ = later_([self = shared_from_this()] { self->pump(); }).has_value();
}

void AuditStreams::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  readers_.clear();
  count_ = 0;
}

void AuditStreams::pump() {
  for (;;) {
    Readers readers;
    {
      const std::lock_guard lock(mutex_);
      running_ = again_ && !ended_;
      if (!running_) return;
      again_ = false;
      if (!serve::contained("the readers of the audit log", [&] { readers = readers_; })) {
        running_ = false;  // the next event wakes them
        return;
      }
    }
    for (const auto& reader : readers) {
      bool goes_on = true;
      if (!serve::contained("a reader of the audit log", [&] { goes_on = reader->blocked || feed(*reader); })) {
        reader->stream->abort();  // it may connect again, and go on where it was
        goes_on = false;
      }
      if (!goes_on) forget(reader);
    }
  }
}

bool AuditStreams::feed(Reader& reader) {
  for (;;) {
    auto slice = reads_->list(reader.agent, reader.query);
    if (!slice) {
      reader.end(slice.error().message());
      return false;
    }
    std::string_view event;
    for (json::Elements events(slice->items); events.next(event);) {
      const EventPlace place = event_place(event);
      reader.blocked = true;  // before push(): the connection may make room at any moment
      const auto pushed = reader.stream->push(message_of(place, event));
      if (pushed == BodyStream::Pushed::gone) return false;
      if (pushed == BodyStream::Pushed::full) return true;
      reader.blocked = false;
      reader.query.after_seq = place.seq;
    }
    if (slice->has_more) continue;
    reader.query.after_seq = std::max(reader.query.after_seq, slice->last_seq);
    if (reader.follow) return true;
    reader.stream->finish();
    return false;
  }
}

void AuditStreams::forget(const std::shared_ptr<Reader>& reader) {
  const std::lock_guard lock(mutex_);
  std::erase(readers_, reader);
  count_ = readers_.size();
}

}  // namespace facio
