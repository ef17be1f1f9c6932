// Expected failures are values: Result<T> is either a T or an Error.
#pragma once

#include <tl/expected.hpp>

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
/// A failure about one field, flag or parameter; the message must name it, too.
inline tl::unexpected<Error> fail_field(Code code, std::string field, std::string message) {
  return tl::unexpected<Error>(Error(code, std::move(message)).with_field(std::move(field)));
}

/// "there is no cron job "x""; the hint is the command that lists those there are.
inline tl::unexpected<Error> no_such(std::string_view kind, std::string_view name, std::string hint) {
  return fail(Code::not_found, std::string("there is no ").append(kind) + " \"" + std::string(name) + "\"", std::move(hint));
}
/// Refuses a value that somebody sent; `problem` is e.g. "must be positive".
inline tl::unexpected<Error> reject_field(const std::string& field, const std::string& problem) {
  return fail_field(Code::rejected, field, field + ": " + problem);
}

}  // namespace facio
