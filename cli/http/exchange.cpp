#include "cli/http/exchange.hpp"

#include <cstring>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "cli/core/time.hpp"
#include "cli/http/media.hpp"
#include "cli/http/retry_after.hpp"

namespace facio::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::response_parser<beast::string_body>;

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::uint32_t kHeaderLimit = 64 * 1024;

Failure failed(const boost::system::error_code& error, std::size_t limit) {
  constexpr std::size_t kKiB = 1024, kMiB = 1024 * 1024;
  const bool small = limit < kMiB;
  if (error == beast::error::body_limit)
    return {Failure::Kind::too_large,
            "the answer is larger than " + std::to_string(limit / (small ? kKiB : kMiB)) + (small ? " KiB" : " MiB")};
  if (error == beast::error::partial_message || error == beast::error::end_of_stream)
    return {Failure::Kind::closed, "the connection was closed before the end of the answer"};
  return {Failure::Kind::malformed, "the answer is not HTTP (" + error.message() + ")"};
}

Answer take_answer(beast::response<beast::string_body>& message) {
  Answer answer;
  answer.keep_alive = message.keep_alive() && !message.need_eof();
  answer.reason = message.reason();
  answer.response.status = message.result_int();
  answer.response.content_type = message[beast::field::content_type];
  answer.response.request_id = message["X-Request-Id"];
  for (const auto& header : message) answer.headers.emplace_back(header.name_string(), header.value());
  if (const auto wait = retry_after_ms(answer.headers, now_ms())) answer.response.retry_after_s = static_cast<long>((*wait + 999) / 1000);
  answer.response.body = std::move(message.body());
  return answer;
}

}  // namespace

/// An answer that is being received.
struct AnswerBody::Impl {
  std::size_t limit;
  std::optional<Parser> parser = {};
  boost::beast::flat_buffer pending = boost::beast::flat_buffer(kBlock + 1);  ///< bytes that have arrived and are not parsed yet
  bool answered = false;

  /// Takes in more bytes; 0 at the end of the stream.
  Outcome<std::size_t> receive(Connection& connection, Instant deadline) {
    if (pending.size() >= kBlock) return stop(failed(beast::error::header_limit, limit));
    const auto room = pending.prepare(kBlock - pending.size());
    const auto got = connection.read(static_cast<char*>(room.data()), room.size(), deadline);
    if (!got) return stop(got.error());
    answered = answered || *got > 0;
    pending.commit(*got);
    return *got;
  }

  /// A line "HTTP/1.1 200", without the blank that belongs behind it, is taken as well.
  Outcome<void> complete_status_line(Connection& connection, Instant deadline) {
    constexpr std::string_view begin = "HTTP/1.";
    constexpr std::size_t status_end = begin.size() + 5;  // behind "1 200"
    const auto text = [this] { return std::string_view(static_cast<const char*>(pending.data().data()), pending.size()); };
    while (pending.size() < status_end + 1 && begin.starts_with(text().substr(0, begin.size()))) {
      const auto got = receive(connection, deadline);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) return {};
    }
    if (text().size() <= status_end || !text().starts_with(begin) || text()[status_end] != '\r') return {};
    const std::string rest = " " + std::string(text().substr(status_end));
    pending.commit(pending.prepare(1).size());
    std::memcpy(static_cast<char*>(pending.data().data()) + status_end, rest.data(), rest.size());
    return {};
  }

  /// Feeds the parser until the message is complete, or `enough` holds.
  template <class Enough>
  Outcome<void> fill(Connection& connection, Instant deadline, Enough enough) {
    boost::system::error_code error;
    while (!parser->is_done() && !enough()) {
      if (pending.size() > 0) {
        pending.consume(parser->put(pending.data(), error));
        if (error && error != beast::error::need_more) return stop(failed(error, limit));
        // The parser needs more to go on, but what it has may be enough, and the next piece may take long to arrive.
        if (!error || enough()) continue;
      }
      const auto got = receive(connection, deadline);
      if (!got) return tl::unexpected(got.error());
      if (*got == 0) {
        if (!answered) return failure(Failure::Kind::closed, "the connection was closed without an answer");
        error = {};
        parser->put_eof(error);
        if (error) return stop(failed(error, limit));
        break;
      }
    }
    return {};
  }
  [[nodiscard]] bool is_stream(bool any_type) const;
  /// Passes the body on as it comes.
  Outcome<void> pass_on(Connection& connection, const StreamUse& use);
  [[nodiscard]] tl::unexpected<Failure> stop(Failure why) const {
    why.answered = answered;
    return tl::unexpected(std::move(why));
  }

  /// Receives a head, and skips informational ones.
  Outcome<void> read_head(Connection& connection, bool without_body, Instant deadline) {
    while (true) {
      parser.emplace();
      parser->header_limit(kHeaderLimit);
      parser->body_limit(limit);
      parser->eager(true);
      parser->skip(without_body);
      if (auto begun = complete_status_line(connection, deadline); !begun) return begun;
      if (auto filled = fill(connection, deadline, [this] { return parser->is_header_done(); }); !filled) return filled;
      const unsigned status = parser->get().result_int();
      if (status < 100 || status >= 200 || status == 101) return {};
    }
  }
};

bool AnswerBody::Impl::is_stream(bool any_type) const {
  const auto& message = parser->get();
  const bool is_good = message.result_int() >= 200 && message.result_int() < 300;
  return is_good && (any_type || is_media_type(message[beast::field::content_type], kEventStream));
}

Outcome<void> AnswerBody::Impl::pass_on(Connection& connection, const StreamUse& use) {
  parser->body_limit(boost::none);
  std::string& body = parser->get().body();
  for (;;) {
    auto filled = fill(connection, Instant::max(), [&body] { return !body.empty(); });
    if (!filled || body.empty()) return filled;
    if (!use(std::exchange(body, {}))) return stop({.kind = Failure::Kind::closed, .message = "it was not read to the end"});
  }
}

AnswerBody::AnswerBody(Answer head, std::unique_ptr<Impl> impl) : head_(std::move(head)), impl_(std::move(impl)) {}
AnswerBody::AnswerBody(AnswerBody&&) noexcept = default;
AnswerBody& AnswerBody::operator=(AnswerBody&&) noexcept = default;
AnswerBody::~AnswerBody() = default;

Outcome<std::string> AnswerBody::read(Connection& connection, Instant deadline) {
  std::string& body = impl_->parser->get().body();
  auto filled = impl_->fill(connection, deadline, [&body] { return !body.empty(); });
  if (!filled) return tl::unexpected(std::move(filled.error()));
  return std::exchange(body, {});
}

bool AnswerBody::ended(Connection& connection) {
  if (!head_.keep_alive) return false;
  const std::string& body = impl_->parser->get().body();
  const bool filled = impl_->fill(connection, Instant{}, [&body] { return !body.empty(); }).has_value();
  return filled && body.empty() && impl_->pending.size() == 0;
}

std::string AnswerBody::take_rest() {
  auto& pending = impl_->pending;
  std::string rest(static_cast<const char*>(pending.data().data()), pending.size());
  pending.consume(pending.size());
  return rest;
}

Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit, const StreamUse& use,
                            bool any_type) {
  AnswerBody::Impl received{limit};
  auto filled = received.read_head(connection, without_body, deadline);
  if (filled && use && received.is_stream(any_type)) filled = received.pass_on(connection, use);
  else if (filled) filled = received.fill(connection, deadline, [] { return false; });
  if (!filled) return tl::unexpected(std::move(filled.error()));
  Answer answer = take_answer(received.parser->get());
  if (received.pending.size() > 0) answer.keep_alive = false;  // the peer sent more than was asked for
  return answer;
}

Outcome<AnswerBody> read_head(Connection& connection, bool without_body, Instant deadline) {
  std::unique_ptr<AnswerBody::Impl> received(new AnswerBody::Impl{SIZE_MAX});
  if (auto filled = received->read_head(connection, without_body, deadline); !filled) return tl::unexpected(std::move(filled.error()));
  auto& message = received->parser->get();
  std::string begun = std::exchange(message.body(), {});
  Answer head = take_answer(message);
  message.body() = std::move(begun);
  return AnswerBody(std::move(head), std::move(received));
}

}  // namespace facio::http
