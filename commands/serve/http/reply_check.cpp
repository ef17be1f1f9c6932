#include "commands/serve/http/reply_check.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <unistd.h>

#include "cli/core/files.hpp"
#include "cli/core/validate.hpp"
#include "commands/serve/http/answers.hpp"

namespace facio::serve {
namespace {

/// Appends one line with a single write, so that servers of one test run can share the file.
void append_note(const std::string& line) {
  const char* path = std::getenv("FACIOCTL_COVERAGE");
  if (path == nullptr || *path == '\0') return;
  const Descriptor file(::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  (void)!::write(file.get(), line.data(), line.size());
}

void note_hit(const Endpoint& endpoint, unsigned status) {
  static std::mutex mutex;
  static std::set<std::pair<std::string_view, unsigned>> seen;
  const std::lock_guard lock(mutex);
  if (!seen.emplace(endpoint.id, status).second) return;
  append_note("HIT " + std::string(endpoint.id) + " " + std::to_string(status) + "\n");
}

bool shared_by_surface(const Endpoint& endpoint, Code code) {
  switch (code) {
    case Code::unauthenticated:
    case Code::forbidden:
    case Code::throttled:
    case Code::too_large:
    case Code::internal:
    case Code::unavailable:
    case Code::timeout: return true;
    case Code::rejected: return !endpoint.params.empty() || endpoint.method != Method::get;
    default: return false;
  }
}

Status check_items(const Endpoint& endpoint, JsonRef items) {
  for (std::size_t i = 0; i < items.size(); ++i)
    if (auto status = validate(items.at(i), *endpoint.reply, Direction::reply, std::string(endpoint.items) + "[" + std::to_string(i) + "]");
        !status)
      return status;
  return {};
}

Status check_body(const Endpoint& endpoint, const std::string& body) {
  if (endpoint.form == ReplyForm::text || endpoint.form == ReplyForm::none) return {};
  auto document = JsonDocument::parse(body);
  if (!document) return fail(std::move(document.error()));
  const JsonRef root = document->root();
  if (root.kind() != JsonKind::object) return fail(Code::internal, "must be a JSON object");
  if (endpoint.form == ReplyForm::object) {
    const Shape* whole = endpoint.envelope != nullptr ? endpoint.envelope : endpoint.reply;
    return whole == nullptr ? Status{} : validate(root, *whole, Direction::reply);
  }
  if (endpoint.envelope != nullptr) {
    if (auto status = validate(root, *endpoint.envelope, Direction::reply); !status) return status;
  }
  const JsonRef items = root.get(endpoint.items);
  if (!items || items.kind() != (endpoint.form == ReplyForm::list ? JsonKind::array : JsonKind::object))
    return fail(Code::internal, std::string(endpoint.items) + ": is missing or of the wrong type");
  return endpoint.reply == nullptr ? Status{} : check_items(endpoint, items);
}

}  // namespace

void note_routes(std::span<const Endpoint* const> endpoints) {
  std::string lines;
  for (const Endpoint* endpoint : endpoints) lines += "ROUTE " + std::string(endpoint->id) + "\n";
  append_note(lines);
}

Status fits_declaration(const Endpoint& endpoint, const Result<Reply>& result) {
  if (result) return result->stream ? Status{} : check_body(endpoint, result->body);  // a body in parts is nowhere as a whole
  const Code code = wire_code(result.error().code());
  if (shared_by_surface(endpoint, code) || std::ranges::find(endpoint.errors, code) != endpoint.errors.end()) return {};
  return fail(Code::internal, "the failure \"" + std::string(info(code).wire) + "\" is not declared (" + result.error().message() + ")");
}

Status check_reply(const Endpoint& endpoint, const Result<Reply>& result) {
  unsigned status = result ? result->status : status_of(result.error().code());
  if (status == 0) status = endpoint.success;
  if (status == 304) return {};  // of HTTP, not of the endpoint: the client has the answer already
  note_hit(endpoint, status);
  const Status fits = fits_declaration(endpoint, result);
  if (fits) return {};
  append_note("MISMATCH " + std::string(endpoint.id) + " " + fits.error().message() + "\n");
  return fail(Code::internal, "the reply does not match its declaration: " + fits.error().message());
}

}  // namespace facio::serve
