// What a handler takes and returns: a request with decoded and validated parameters, and a reply.
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

namespace facio::store {
class Store;
}

namespace facio::serve {

struct RequestHead;
class BodyStream;
class OutsideChanges;
class WorkPool;

/// What the server gives to every handler, besides the service that the handler belongs to. Outlives the requests.
struct Platform {
  store::Store& store;
  WorkPool& pool;  ///< for everything that blocks
  OutsideChanges& outside;
};

/// A successful answer. Failures are Errors, whose code determines status and body.
struct Reply {
  std::string body;
  unsigned status = 0;       ///< 0: the endpoint's declared success status
  std::string headers = {};  ///< further header lines, each with its line end
  std::string_view cache = "no-store";
  std::shared_ptr<BodyStream> stream = {};  ///< set: the body comes from here
  std::string beside = {};                  ///< for the envelope of the surface, in its own form
};

/// Decoded parameters, by wire name. Declared defaults of absent ones are filled in.
class Arguments {
 public:
  void add(std::string_view name, std::string value) { values_.emplace_back(name, std::move(value)); }
  /// The first value, if any.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
    for (const auto& [key, value] : values_)
      if (key == name) return value;
    return std::nullopt;
  }
  /// The first value, or "".
  [[nodiscard]] std::string_view text(std::string_view name) const { return find(name).value_or(std::string_view{}); }
  /// The first value, already checked to be a number; `otherwise` if absent.
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

/// One request on its way through the server. Lives until it has been responded to.
struct Call {
  const Platform* platform = nullptr;
  const RequestHead* head = nullptr;
  const Endpoint* endpoint = nullptr;  ///< null only for a request without a route
  std::string method;                  ///< as received: "HEAD" is not "GET"
  std::string path;                    ///< the route's template; the path as received if there is no route
  std::string_view agent = "main";     ///< whose state
  std::string request_id;
  std::string remote;                  ///< the client's address
  bool known = false;                  ///< as Caller::known
  bool trusted = false;                ///< as Caller::trusted
  std::int64_t received_ticks_us = 0;  ///< steady clock, for durations
  Arguments arguments;
  JsonDocument document;  ///< holds the body
  JsonRef body;           ///< its root object; {} if an optional body was absent
  unsigned replaced = 0;  ///< a success status that a handler has set instead of the declared one
  /// Set by a handler whose work is for its client alone: called, at most once, when that has gone away before the response.
  UniqueFunction<void()> gone = {};
  bool audited = false;  ///< the api_request event has been written with the change itself

  /// The value of one of the headers that the surface lists; empty if absent.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Responds to a call, from any thread, exactly once.
using Respond = UniqueFunction<void(Result<Reply>)>;

/// A reply whose body is the shape as JSON.
template <class T>
Reply reply_with(const T& value) {
  Reply reply;
  write_json(reply.body, value);
  return reply;
}

/// The reply for a result of a service: a text is the body itself; a Reply or an error is passed on.
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
