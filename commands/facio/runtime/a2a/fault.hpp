// What can go wrong in an A2A request, by the protocol's names, with its numbers in each binding.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/core/error.hpp"

namespace facio::serve::a2a {

struct Fault {
  /// In the order of the table in fault.cpp.
  enum class Kind : std::uint8_t {
    parse_error,
    invalid_request,
    method_not_found,
    invalid_params,
    internal,
    task_not_found,
    task_not_cancelable,
    unsupported_operation,
    content_type_not_supported,
    media_type_not_supported,  ///< of the request itself
    version_not_supported,
    overloaded,
    unavailable,
  };
  Kind kind = Kind::internal;
  std::string message;       ///< a sentence
  std::string field = {};    ///< the invalid field of the request; may be empty
  std::string task_id = {};  ///< the task concerned; may be empty
};

template <class T>
using Outcome = tl::expected<T, Fault>;

inline tl::unexpected<Fault> refuse(Fault::Kind kind, std::string message, std::string field = {}) {
  return tl::unexpected<Fault>(Fault{kind, std::move(message), std::move(field)});
}
/// An invalid parameter; the message begins with its name.
inline tl::unexpected<Fault> bad(const std::string& field, const std::string& problem) {
  return refuse(Fault::Kind::invalid_params, field + ": " + problem, field);
}
/// There is no such task.
tl::unexpected<Fault> not_found(std::string_view task_id);
/// A failure of the server itself.
tl::unexpected<Fault> refuse(const Error& error);

/// The code of a JSON-RPC error.
int rpc_code(Fault::Kind kind);
/// The status of an HTTP answer.
unsigned http_status(Fault::Kind kind);
/// The `error` member of a JSON-RPC answer.
std::string rpc_error(const Fault& fault);
/// The whole body of an HTTP answer (google.rpc.Status, as google.aip.dev/193 defines it).
std::string http_error(const Fault& fault);

}  // namespace facio::serve::a2a
