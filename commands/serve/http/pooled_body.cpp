#include "commands/serve/http/pooled_body.hpp"

#include <memory>
#include <mutex>
#include <utility>

#include "commands/serve/http/body_stream.hpp"
#include "commands/serve/http/handler_work.hpp"
#include "commands/serve/trouble.hpp"
#include "commands/serve/work_pool.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostPartsWaiting = std::size_t{256} * 1024;

/// Produces the parts of one body. Owned by its stream, so that it ends with the connection.
class PooledBody : public std::enable_shared_from_this<PooledBody> {
 public:
  PooledBody(WorkPool& pool, BodyMaker maker, std::string first) : pool_(pool), maker_(std::move(maker)), part_(std::move(first)) {}

  std::shared_ptr<BodyStream> stream() {
    auto made = std::make_shared<BodyStream>(
        std::string_view(), [self = shared_from_this()](BodyStream::Event event) { self->on_event(event); }, kMostPartsWaiting);
    stream_ = made;
    return made;
  }

  /// Produces parts until enough are buffered. A body that cannot go on is broken off.
  void run() {
    if (contained("a response in parts", [this] { produce(); })) return;
    if (const auto stream = stream_.lock()) stream->abort();
  }

 private:
  void produce() {
    const auto stream = stream_.lock();
    while (stream) {
      if (part_.empty() && more_) more_ = maker_(part_);
      if (part_.empty() && !more_) return stream->finish();
      const auto pushed = stream->push(part_);
      if (pushed == BodyStream::Pushed::gone) return;
      if (pushed == BodyStream::Pushed::taken) part_.clear();
      else if (pauses()) return;
    }
  }

  void on_event(BodyStream::Event event) {
    if (event != BodyStream::Event::room) return;
    {
      const std::lock_guard lock(mutex_);
      room_ = true;
      if (std::exchange(running_, true)) return;
      room_ = false;
    }
    if (pool_.submit([self = shared_from_this()] { self->run(); })) return;
    if (const auto stream = stream_.lock()) stream->abort();
  }

  /// False if the client has made room in the meantime.
  bool pauses() {
    const std::lock_guard lock(mutex_);
    running_ = std::exchange(room_, false);
    return !running_;
  }

  WorkPool& pool_;
  BodyMaker maker_;
  std::string part_;
  bool more_ = true;
  std::weak_ptr<BodyStream> stream_;
  std::mutex mutex_;
  bool running_ = true, room_ = false;
};

}  // namespace

void answer_in_parts(Call& call, Respond respond, UniqueFunction<Result<BodyMaker>()> begin) {
  auto shared = std::make_shared<Respond>(std::move(respond));
  WorkPool& pool = call.platform->pool;
  auto status = pool.submit([&pool, shared, gone = watch_client(call), begin = std::move(begin)]() mutable {
    if (*gone) return (*shared)(fail(Code::unavailable, "the client has disconnected"));
    auto maker = begin();
    if (!maker) return (*shared)(fail(std::move(maker.error())));
    Reply reply;
    if (!(*maker)(reply.body)) return (*shared)(std::move(reply));
    const auto body = std::make_shared<PooledBody>(pool, std::move(*maker), std::exchange(reply.body, {}));
    reply.stream = body->stream();
    (*shared)(std::move(reply));
    body->run();
  });
  if (!status) (*shared)(fail(std::move(status.error())));
}

}  // namespace facio::serve
