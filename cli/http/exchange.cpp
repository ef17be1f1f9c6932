#include "cli/http/exchange.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "cli/core/text.hpp"

namespace facio::http {
namespace {

namespace beast = boost::beast::http;
using Parser = beast::response_parser<beast::string_body>;

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::uint32_t kHeaderLimit = 64 * 1024;

tl::unexpected<Trouble> failed(const boost::system::error_code& error, std::size_t limit) {
  if (error == beast::error::body_limit)
    return trouble(Trouble::Kind::too_large, "the answer is larger than " + std::to_string(limit / (1024 * 1024)) + " MiB");
  if (error == beast::error::partial_message || error == beast::error::end_of_stream)
    return trouble(Trouble::Kind::closed, "the connection was closed before the end of the answer");
  return trouble(Trouble::Kind::malformed, "the answer is no HTTP (" + error.message() + ")");
}

/// "Retry-After" in seconds; the form with a date is not used by agents and read as absent.
long seconds(std::string_view text) {
  long value = -1;
  return read_number(text, value) && value >= 0 ? value : -1;
}

Answer taken(Parser& parser) {
  auto& message = parser.get();
  Answer answer;
  answer.keep_alive = message.keep_alive() && !message.need_eof();
  answer.reason = message.reason();
  answer.response.status = message.result_int();
  answer.response.content_type = message[beast::field::content_type];
  answer.response.request_id = message["X-Request-Id"];
  answer.response.retry_after_s = seconds(message[beast::field::retry_after]);
  for (const auto& header : message) answer.headers.emplace_back(header.name_string(), header.value());
  answer.response.body = std::move(message.body());
  return answer;
}

/// The bytes that came and were not parsed yet.
struct Pending {
  std::unique_ptr<char[]> block{new char[kBlock]};
  std::size_t begin = 0, end = 0;

  [[nodiscard]] boost::asio::const_buffer view() const { return {block.get() + begin, end - begin}; }
  /// Makes room at the end; false when the block is full.
  bool make_room() {
    std::memmove(block.get(), block.get() + begin, end - begin);
    end -= begin;
    begin = 0;
    return end < kBlock;
  }
};

/// Feeds the parser until the message is whole, or `enough` says that it has what is wanted.
template <class Enough>
Outcome<void> fill(Parser& parser, Pending& pending, Connection& connection, Instant deadline, std::size_t limit, bool& answered,
                   Enough enough) {
  boost::system::error_code error;
  while (!parser.is_done() && !enough()) {
    if (pending.end > pending.begin) {
      pending.begin += parser.put(pending.view(), error);
      if (error && error != beast::error::need_more) return failed(error, limit);
      // More is needed for the next piece; what came may be enough all the same, and the next piece may be long in coming.
      if (!error || enough()) continue;
    }
    if (!pending.make_room()) return failed(beast::error::header_limit, limit);
    const auto got = connection.read(pending.block.get() + pending.end, kBlock - pending.end, deadline);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) {
      if (!answered) return trouble(Trouble::Kind::closed, "the connection was closed without an answer");
      error = {};
      parser.put_eof(error);
      if (error) return failed(error, limit);
      break;
    }
    answered = true;
    pending.end += *got;
  }
  return {};
}

}  // namespace

Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit) {
  Pending pending;
  bool answered = false;
  while (true) {
    Parser parser;
    parser.header_limit(kHeaderLimit);
    parser.body_limit(limit);
    parser.eager(true);
    parser.skip(without_body);
    if (auto filled = fill(parser, pending, connection, deadline, limit, answered, [] { return false; }); !filled) {
      filled.error().answered = answered;
      return tl::unexpected(std::move(filled.error()));
    }
    const unsigned status = parser.get().result_int();
    if (status >= 100 && status < 200 && status != 101) continue;
    Answer answer = taken(parser);
    if (pending.end > pending.begin) answer.keep_alive = false;  // more than was asked for: not to be trusted further
    return answer;
  }
}

struct AnswerBody::Impl {
  Parser parser;
  Pending pending;
  bool answered = false;
};

AnswerBody::AnswerBody(Answer head, std::unique_ptr<Impl> impl) : head_(std::move(head)), impl_(std::move(impl)) {}
AnswerBody::AnswerBody(AnswerBody&&) noexcept = default;
AnswerBody::~AnswerBody() = default;

Outcome<std::string> AnswerBody::read(Connection& connection, Instant deadline) {
  std::string& body = impl_->parser.get().body();
  auto filled = fill(impl_->parser, impl_->pending, connection, deadline, SIZE_MAX, impl_->answered, [&body] { return !body.empty(); });
  if (!filled) {
    filled.error().answered = true;
    return tl::unexpected(std::move(filled.error()));
  }
  return std::exchange(body, {});
}

Outcome<AnswerBody> read_head(Connection& connection, bool without_body, Instant deadline) {
  Pending pending;
  bool answered = false;
  while (true) {
    auto impl = std::make_unique<AnswerBody::Impl>();
    std::swap(impl->pending, pending);
    impl->answered = answered;
    Parser& parser = impl->parser;
    parser.header_limit(kHeaderLimit);
    parser.body_limit(boost::none);
    parser.eager(true);
    parser.skip(without_body);
    auto filled =
        fill(parser, impl->pending, connection, deadline, SIZE_MAX, impl->answered, [&parser] { return parser.is_header_done(); });
    if (!filled) {
      filled.error().answered = impl->answered;
      return tl::unexpected(std::move(filled.error()));
    }
    const unsigned status = parser.get().result_int();
    if (status < 100 || status >= 200 || status == 101) {
      std::string begun = std::exchange(parser.get().body(), {});
      Answer head = taken(parser);
      parser.get().body() = std::move(begun);
      return AnswerBody(std::move(head), std::move(impl));
    }
    std::swap(impl->pending, pending);
    answered = impl->answered;
  }
}

}  // namespace facio::http
