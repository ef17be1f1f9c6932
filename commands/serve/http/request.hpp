// One request in the dispatcher: what is known of it, and its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "commands/serve/http/dispatcher.hpp"

namespace facio::serve {

class Request final : public Exchange {
 public:
  Request(Dispatcher& dispatcher, const RequestHead& head, std::string_view peer);

  [[nodiscard]] bool decided() const override { return failure_.has_value() || preflight_; }
  [[nodiscard]] std::uint64_t body_limit() const override;
  void run(std::string body, UniqueFunction<void(Answer)> done) override;
  Answer refuse(Error error) override;

 private:
  using Done = UniqueFunction<void(Answer)>;

  /// Everything that can be said without the body; sets failure_ where it ends.
  void examine();
  [[nodiscard]] Status admit();
  void hand_over(std::string body, Done done);
  bool is_preflight(unsigned allowed);
  void handle(std::string_view body, Done done);
  void finish(Result<Reply> result, Done done);
  void note(unsigned status, UniqueFunction<void()> then);  ///< in the audit log
  Answer answer_to(Result<Reply>& result);                  ///< takes the body
  [[nodiscard]] bool is_audited() const { return surface_->audited && !call_.audited; }

  Dispatcher& dispatcher_;
  const RequestHead& head_;
  Call call_;
  Segments segments_;
  const Surface* surface_;        ///< whose forms the answer has
  const Route* route_ = nullptr;  ///< of the endpoint
  bool to_handler_ = false;       ///< the surface's handler answers instead of an endpoint
  std::string_view query_;
  std::optional<Error> failure_;
  bool preflight_ = false;
  std::string headers_;  ///< lines for the answer
};

/// True for an id of a request that is worth repeating: 1 to 128 letters, digits and ._:- .
bool is_request_id(std::string_view text);

/// The last address of X-Forwarded-For; empty when it is none.
std::string last_forwarded(std::string_view header);

}  // namespace facio::serve
