// Expected failures are values: Result<T> is either a T or an Error.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "cli/core/error.hpp"

namespace facio {

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// `return fail(Code::usage, "…");` from any function that returns a Result.
inline tl::unexpected<Error> fail(Code code, std::string message) { return tl::unexpected<Error>(Error(code, std::move(message))); }
inline tl::unexpected<Error> fail(Code code, std::string message, std::string hint) {
  return tl::unexpected<Error>(Error(code, std::move(message)).with_hint(std::move(hint)));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }
/// A failure about one field, flag or parameter; the message must name it as well.
inline tl::unexpected<Error> fail_field(Code code, std::string field, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)).with_field(std::move(field)));
}

}  // namespace facio
