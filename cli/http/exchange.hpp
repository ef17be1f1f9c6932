// Reading an HTTP/1.1 answer, by Boost.Beast.
#pragma once

#include "cli/http/connection.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

struct Answer {
  Response response;
  std::string reason;
  Headers headers;
  bool keep_alive = false;
};

/// Reads a whole answer of at most `limit` bytes; informational ones (1xx) are skipped. `without_body`: the request was HEAD.
Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit);

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

 private:
  Answer head_;
  std::unique_ptr<Impl> impl_;
};

Outcome<AnswerBody> read_head(Connection& connection, bool without_body, Instant deadline);

}  // namespace facio::http
