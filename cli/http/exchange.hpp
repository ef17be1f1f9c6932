// Reading an HTTP/1.1 answer, by Boost.Beast.
#pragma once

#include <functional>

#include "cli/http/connection.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

struct Answer {
  Response response;
  std::string reason;
  Headers headers;
  bool keep_alive = false;
};

/// Takes a piece of an answer's body as it comes; false ends the reading.
using StreamUse = std::function<bool(std::string_view)>;

/// Reads a whole answer of at most `limit` bytes; informational ones (1xx) are skipped. `without_body`: the request was HEAD. With `use`,
/// the body of a successful text/event-stream, or of `any_type`, goes there, without limit and deadline, and the answer has none.
Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit, const StreamUse& use = {},
                            bool any_type = false);

/// An answer whose body is read as it arrives.
class AnswerBody {
 public:
  struct Impl;
  AnswerBody(Answer head, std::unique_ptr<Impl> impl);
  AnswerBody(AnswerBody&&) noexcept;
  AnswerBody& operator=(AnswerBody&&) noexcept;
  ~AnswerBody();

  /// Everything but the body.
  [[nodiscard]] const Answer& head() const { return head_; }
  /// The next piece of the body; empty at its end.
  Outcome<std::string> read(Connection& connection, Instant deadline);
  /// Takes in what has arrived, without waiting: whether nothing but the answer's end came, and its connection can carry another request.
  bool ended(Connection& connection);
  /// The bytes after the head of an answer that changes the protocol; once.
  std::string take_rest();

 private:
  Answer head_;
  std::unique_ptr<Impl> impl_;
};

Outcome<AnswerBody> read_head(Connection& connection, bool without_body, Instant deadline);

}  // namespace facio::http
