// Answers that come in pieces, as bytes on real sockets.
#include <algorithm>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <poll.h>
#include <thread>

#include "commands/serve/http/answers.hpp"
#include "commands/serve/http/listener.hpp"
#include "commands/serve/http/server.hpp"
#include "tests/unit/commands/serve/http/raw_client.hpp"

namespace facio::serve {
namespace {

using tests::RawClient;
using Event = BodyStream::Event;

/// Answers every request with a stream, and remembers them and what they were told.
class Source final : public Application {
 public:
  class One final : public Exchange {
   public:
    explicit One(Source& source) : source_(source) {}
    [[nodiscard]] bool decided() const override { return false; }
    [[nodiscard]] std::uint64_t body_limit() const override { return 1024; }
    void run(std::string, UniqueFunction<void(Answer)> done) override {
      Answer answer;
      answer.media = "text/event-stream";
      answer.stream = source_.make();
      done(std::move(answer));
    }
    Answer refuse(Error error) override { return error_answer(error); }

   private:
    Source& source_;
  };

  std::unique_ptr<Exchange> begin(const RequestHead&, std::string_view) override { return std::make_unique<One>(*this); }
  Answer refuse(Error error, unsigned status) override {
    Answer answer = error_answer(error);
    answer.status = status;
    return answer;
  }
  std::shared_ptr<BodyStream> make() {
    auto stream = std::make_shared<BodyStream>(
        keep_alive,
        [this](Event event) {
          const std::lock_guard lock(mutex_);
          events_.push_back(event);
          changed_.notify_all();
        },
        most_waiting);
    const std::lock_guard lock(mutex_);
    streams_.push_back(stream);
    changed_.notify_all();
    return stream;
  }
  /// The stream of the n-th request.
  std::shared_ptr<BodyStream> stream(std::size_t number) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return streams_.size() > number; }));
    return streams_[number];
  }
  void wait_for(Event event) {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, std::chrono::seconds(60), [&] { return std::ranges::find(events_, event) != events_.end(); }));
  }

  std::string_view keep_alive;
  std::size_t most_waiting = 1024 * 1024;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<BodyStream>> streams_;
  std::vector<Event> events_;
};

struct Fixture {
  explicit Fixture(Limits limits = {}) {
    auto listening = listen_on({.port = "0"}, 1);
    REQUIRE(listening);
    url = listening->url;
    server.emplace(limits, std::vector<Listener>{{&source, listening->sockets}});
    REQUIRE(server->start());
  }
  ~Fixture() {
    server->abort();
    server->join();
  }
  Source source;
  std::string url;
  std::optional<HttpServer> server;
};

const std::string kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string kGetAndClose = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("a stream comes in chunks, and the connection goes on behind it", "[serve]") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send(kGet);
  auto first = fixture.source.stream(0);
  CHECK(first->push("one") == BodyStream::Pushed::taken);
  CHECK(first->push(" two") == BodyStream::Pushed::taken);
  first->finish();
  CHECK(first->push("late") == BodyStream::Pushed::gone);
  client.send(kGetAndClose);
  auto second = fixture.source.stream(1);
  second->push("three");
  second->finish();
  const std::string all = client.read_to_end();
  CHECK(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(all.find("Content-Length") == std::string::npos);
  CHECK(all.find("late") == std::string::npos);
  CHECK(all.find("0\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
  CHECK(all.find("5\r\nthree\r\n0\r\n\r\n") != std::string::npos);
}

TEST_CASE("an old client gets a stream up to the end of the connection", "[serve]") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto stream = fixture.source.stream(0);
  stream->push("one ");
  stream->push("two");
  stream->finish();
  const std::string all = client.read_to_end();
  CHECK(all.find("Transfer-Encoding") == std::string::npos);
  CHECK(all.find("Connection: close") != std::string::npos);
  CHECK(all.ends_with("\r\n\r\none two"));
}

TEST_CASE("the head of a stream alone", "[serve]") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const std::string all = client.read_to_end();
  CHECK(all.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(all.ends_with("\r\n\r\n"));
  fixture.source.wait_for(Event::gone);
  CHECK(fixture.source.stream(0)->push("x") == BodyStream::Pushed::gone);
}

TEST_CASE("a client that goes away is noticed without a piece", "[serve]") {
  Fixture fixture;
  {
    RawClient client(fixture.url);
    client.send(kGet);
    fixture.source.stream(0)->push("one");
  }
  fixture.source.wait_for(Event::gone);
  CHECK(fixture.source.stream(0)->push("x") == BodyStream::Pushed::gone);
}

TEST_CASE("a stream that is cut off breaks the connection", "[serve]") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send(kGet);
  auto stream = fixture.source.stream(0);
  stream->push("one");
  stream->abort();
  const std::string all = client.read_to_end();
  CHECK(all.find("0\r\n\r\n") == std::string::npos);
  fixture.source.wait_for(Event::gone);
}

TEST_CASE("signs of life while nothing is sent", "[serve]") {
  Fixture fixture({.heartbeat_ms = 20});
  fixture.source.keep_alive = ":\n\n";
  RawClient client(fixture.url);
  client.send(kGetAndClose);
  auto stream = fixture.source.stream(0);
  // The first that a client reads behind the head is one, since nothing else is sent.
  const std::string found = client.read_until("3\r\n:\n\n\r\n");
  CHECK(found.find("Transfer-Encoding: chunked") != std::string::npos);
  CHECK(stream->push("one") == BodyStream::Pushed::taken);
  stream->finish();
  CHECK(client.read_to_end().find("3\r\none\r\n0\r\n\r\n") != std::string::npos);
}

TEST_CASE("a stream takes only so much in advance", "[serve]") {
  Fixture fixture;
  fixture.source.most_waiting = 64 * 1024;
  RawClient client(fixture.url);
  client.send(kGetAndClose);
  auto stream = fixture.source.stream(0);
  const std::string piece(16 * 1024, 'x');
  std::size_t taken = 0;
  while (stream->push(piece) == BodyStream::Pushed::taken) REQUIRE(++taken < 100'000);
  // The client reads only now: there is room again, and nothing of what was taken is lost.
  std::string all;
  std::thread reader([&] { all = client.read_to_end(); });
  fixture.source.wait_for(Event::room);
  stream->finish();
  reader.join();
  CHECK(static_cast<std::size_t>(std::ranges::count(all, 'x')) >= taken * piece.size());
}

TEST_CASE("too many streams are refused, and their places come back", "[serve]") {
  Fixture fixture({.streams = 1});
  RawClient first(fixture.url);
  first.send(kGetAndClose);
  auto stream = fixture.source.stream(0);
  {
    RawClient second(fixture.url);
    CHECK(second.ask(kGet).status == 503);
  }
  CHECK(fixture.source.stream(1)->push("x") == BodyStream::Pushed::gone);
  stream->finish();
  (void)first.read_to_end();
  RawClient third(fixture.url);
  third.send(kGetAndClose);
  fixture.source.stream(2)->finish();
  CHECK(third.read_to_end().starts_with("HTTP/1.1 200"));
}

TEST_CASE("a stream is told when the server ends, and cut off when that does not help", "[serve]") {
  Fixture fixture;
  RawClient client(fixture.url);
  client.send(kGet);
  auto stream = fixture.source.stream(0);
  stream->push("one");
  fixture.server->begin_stop();
  fixture.source.wait_for(Event::stopping);
  SECTION("it finishes") {
    stream->push("two");
    stream->finish();
    CHECK(client.read_to_end().find("0\r\n\r\n") != std::string::npos);
  }
  SECTION("it does not") {
    fixture.server->abort();
    fixture.source.wait_for(Event::gone);
    CHECK(client.read_to_end().find("0\r\n\r\n") == std::string::npos);
  }
  pollfd watched{fixture.server->ended_fd(), POLLIN, 0};
  CHECK(::poll(&watched, 1, 10'000) == 1);
}

}  // namespace facio::serve
