// What a handler gets and gives: a request whose every parameter is decoded and validated, and a reply.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/catalogue/endpoint.hpp"
#include "cli/core/json.hpp"
#include "cli/core/result.hpp"
#include "cli/core/shape_json.hpp"
#include "cli/core/unique_function.hpp"

namespace facio::serve {

struct Platform;
struct RequestHead;
class BodyStream;

/// A good answer. Failures are Errors; their code gives status and body.
struct Reply {
  std::string body;
  unsigned status = 0;       ///< 0: the endpoint's declared success status
  std::string headers = {};  ///< further header lines, each with its line end
  std::string_view cache = "no-store";
  std::shared_ptr<BodyStream> stream = {};  ///< set: the body comes from here
  std::string beside = {};                  ///< what the envelope of the surface says beside the body, in a form of its own
};

/// Decoded parameters, by wire name. Values that were absent but have a declared default are filled in.
class Arguments {
 public:
  void add(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }
  /// First value; nothing when absent.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    for (const auto& [key, value] : values_)
      if (key == name) return value;
    return std::nullopt;
  }
  /// First value, or "".
  [[nodiscard]] std::string_view text(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  /// First value as a number; the declaration has already checked it. `otherwise` when absent.
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  /// All values of a repeatable parameter.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const {
    std::vector<std::string> found;
    for (const auto& [key, value] : values_)
      if (key == name) found.push_back(value);
    return found;
  }

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

/// One request on its way through the server. Lives until the reply has been given.
struct Call {
  const Platform* platform = nullptr;
  const RequestHead* head = nullptr;
  const Endpoint* endpoint = nullptr;  ///< null only for a request without a route
  std::string method;                  ///< as it came: "HEAD" is not "GET"
  std::string path;                    ///< the route's template, or the address's path when there is no route
  std::string_view agent = "main";     ///< whose state
  std::string request_id;
  std::string remote;                  ///< the client's address
  bool trusted = false;                ///< as Caller::trusted
  std::int64_t received_ms = 0;        ///< epoch
  std::int64_t received_ticks_us = 0;  ///< steady clock, for durations
  Arguments arguments;
  JsonDocument document;  ///< holds the body
  JsonRef body;           ///< root object; {} when the endpoint's body is optional and was absent
  unsigned replaced = 0;  ///< set by a handler's work that answers with this good status instead of the declared one
  bool audited = false;   ///< the api_request event was already written with the change itself

  /// The value of a header that the surface names among its own; empty when it is absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Answers a call, from any thread, exactly once.
using Respond = UniqueFunction<void(Result<Reply>)>;

/// A reply that is the shape's JSON.
template <class T>
Reply reply_with(const T& value) {
  Reply reply;
  write_json(reply.body, value);
  return reply;
}

/// The same of what a service gives: a text is the body itself, a reply stays one, and so does a failure.
template <class T>
Result<Reply> reply_of(Result<T> result) {
  if (!result) return fail(std::move(result.error()));
  if constexpr (std::is_same_v<T, Reply>) return result;
  else if constexpr (std::is_same_v<T, std::string>) return Reply{.body = std::move(*result)};
  else return reply_with(*result);
}
template <class T>
Result<Reply> reply_of(T value) {
  return reply_of(Result<T>(std::move(value)));
}

}  // namespace facio::serve
