// Reading one HTTP/1.1 answer. The only file behind it that knows Boost.Beast.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/http/connection.hpp"
#include "cli/http/request.hpp"

namespace facio::http {

struct Answer {
  Response response;
  std::string reason;
  std::vector<std::pair<std::string, std::string>> headers;
  bool keep_alive = false;
};

/// Reads one whole answer; informational ones (1xx) are skipped. `without_body`: the request was HEAD.
Outcome<Answer> read_answer(Connection& connection, bool without_body, Instant deadline, std::size_t limit);

/// The rest of an answer, as it comes.
class AnswerBody {
 public:
  struct Impl;
  AnswerBody(Answer head, std::unique_ptr<Impl> impl);
  AnswerBody(AnswerBody&&) noexcept;
  ~AnswerBody();

  /// Everything but the body.
  [[nodiscard]] const Answer& head() const { return head_; }
  /// The next piece of the body; empty at its end.
  Outcome<std::string> read(Connection& connection, Instant deadline);

 private:
  Answer head_;
  std::unique_ptr<Impl> impl_;
};

/// Reads the head of an answer; informational ones are skipped.
Outcome<AnswerBody> read_head(Connection& connection, bool without_body, Instant deadline);

}  // namespace facio::http
