#include "cli/core/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace facio {
namespace {

constexpr std::array kTable = {
    CodeInfo{Code::ok, 0, "ok", "", 200, false, "done; empty list; nothing to change; help asked for"},
    CodeInfo{Code::failed, 1, "failed", "", 0, false, "not classified below"},
    CodeInfo{Code::usage, 2, "usage", "", 0, false, "bad flag, argument, file syntax or value; nothing was sent"},
    CodeInfo{Code::unauthenticated, 3, "unauthenticated", "unauthorized", 401, false, "no token, or the agent refused it"},
    CodeInfo{Code::forbidden, 4, "forbidden", "forbidden", 403, false, "not allowed, by the agent or by a local guard"},
    CodeInfo{Code::not_found, 5, "not-found", "not_found", 404, false, "the named object does not exist"},
    CodeInfo{Code::conflict, 6, "conflict", "conflict", 409, false, "the object already exists, has changed, or is in the wrong state"},
    CodeInfo{Code::rejected, 7, "rejected", "bad_request", 400, false, "the agent refused the content"},
    CodeInfo{Code::too_large, 7, "rejected", "payload_too_large", 413, false, "the request is over a size limit"},
    CodeInfo{Code::different, 8, "different", "", 0, false, "a difference was found, or the state is not the expected one"},
    CodeInfo{Code::partial, 9, "partial", "", 0, false, "only some parts succeeded, or a check reported problems"},
    CodeInfo{Code::unsupported, 10, "unsupported", "", 501, false,
             "this agent has no such route, or this machine lacks what the command needs"},
    CodeInfo{Code::method_not_allowed, 10, "unsupported", "method_not_allowed", 405, false, "the path exists, the method does not"},
    CodeInfo{Code::unreachable, 11, "unreachable", "", 0, true, "name resolution, connection or TLS failed before an answer"},
    CodeInfo{Code::timeout, 12, "timeout", "timeout", 408, true, "a deadline ran out; the outcome may be unknown"},
    CodeInfo{Code::throttled, 13, "throttled", "rate_limited", 429, true, "too many requests, even after retries"},
    CodeInfo{Code::server, 14, "server", "", 0, true, "the agent failed, its answer was malformed, or it lacks this area"},
    CodeInfo{Code::internal, 14, "server", "internal", 500, true, "unexpected failure inside the server"},
    CodeInfo{Code::unavailable, 14, "server", "unavailable", 503, true, "the service behind this area is absent in this deployment"},
    CodeInfo{Code::upstream_failed, 14, "server", "upstream_failed", 502, true, "the server could not reach what it depends on"},
    CodeInfo{Code::upstream_timeout, 12, "timeout", "timeout", 504, true, "what the server depends on did not answer in time"},
    CodeInfo{Code::turn_failed, 14, "server", "turn_failed", 424, false,
             "the agent's turn failed; sending the message again starts a new turn"},
    CodeInfo{Code::cancelled, 15, "cancelled", "", 0, false, "a confirmation was declined"},
    CodeInfo{Code::integrity, 16, "integrity", "", 0, false,
             "a hash, a signature or the order of events does not match, or events may be missing"},
    CodeInfo{Code::undone, 17, "undone", "", 0, false, "a change was made and undone again: it was not confirmed, or a probe failed"},
    CodeInfo{Code::waiting, 18, "waiting", "", 0, false, "the work is waiting for the answer to a question"},
    CodeInfo{Code::output, 74, "output", "", 0, false, "stdout, stderr or a file could not be written"},
};

static_assert(kTable.size() == static_cast<std::size_t>(Code::output) + 1 &&
                  std::ranges::adjacent_find(kTable, std::ranges::greater_equal(), &CodeInfo::code) == kTable.end(),
              "each code has a row, in the order of the enumeration");

}  // namespace

const CodeInfo& info(Code code) noexcept { return kTable[static_cast<std::size_t>(code)]; }

std::span<const CodeInfo> code_table() noexcept { return kTable; }

Code code_of_http(unsigned status) noexcept {
  if (status >= 200 && status < 300) return Code::ok;
  if (const auto* const row = std::ranges::find(kTable, status, &CodeInfo::http); row != kTable.end()) return row->code;
  if (status == 412) return Code::conflict;
  return status >= 400 && status < 500 ? Code::rejected : Code::server;
}

// Out of line, as errors are copied and destroyed everywhere.
Error::Error(const Error& other) : detail_(std::make_unique<Detail>(*other.detail_)) {}
Error& Error::operator=(const Error& other) { return *this = Error(other); }
Error::~Error() = default;

Error&& Error::with_field(std::string field) && {
  detail_->field = std::move(field);
  return std::move(*this);
}
Error&& Error::with_hint(std::string hint) && {
  detail_->hint = std::move(hint);
  return std::move(*this);
}
Error&& Error::with_http(unsigned status, std::string method, std::string path, std::string request_id) && {
  detail_->http = status;
  detail_->method = std::move(method);
  detail_->path = std::move(path);
  detail_->request_id = std::move(request_id);
  return std::move(*this);
}

Code code_of_system(int error) {
  switch (error) {
    case EIO:
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EFBIG:
    case EMFILE:
    case ENFILE:
    case ENOMEM: return Code::output;
    default: return Code::usage;
  }
}

std::string system_reason(int error) { return std::generic_category().message(error); }

}  // namespace facio
