#include "commands/facio/runtime/a2a/fault.hpp"

#include "cli/catalogue/json_writer.hpp"
#include "cli/core/time.hpp"

namespace facio::serve::a2a {
namespace {

struct Row {
  Fault::Kind kind;
  int rpc;
  unsigned http;
  std::string_view status, reason;  ///< no reason: not an error of the protocol itself
};
using Kind = Fault::Kind;
constexpr Row kRows[] = {
    {Kind::parse_error, -32700, 400, "INVALID_ARGUMENT", ""},
    {Kind::invalid_request, -32600, 400, "INVALID_ARGUMENT", ""},
    {Kind::method_not_found, -32601, 404, "NOT_FOUND", ""},
    {Kind::invalid_params, -32602, 400, "INVALID_ARGUMENT", ""},
    {Kind::internal, -32603, 500, "INTERNAL", ""},
    {Kind::task_not_found, -32001, 404, "NOT_FOUND", "TASK_NOT_FOUND"},
    {Kind::task_not_cancelable, -32002, 400, "FAILED_PRECONDITION", "TASK_NOT_CANCELABLE"},
    {Kind::unsupported_operation, -32004, 400, "FAILED_PRECONDITION", "UNSUPPORTED_OPERATION"},
    {Kind::content_type_not_supported, -32005, 400, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED"},
    {Kind::media_type_not_supported, -32005, 415, "INVALID_ARGUMENT", "CONTENT_TYPE_NOT_SUPPORTED"},
    {Kind::version_not_supported, -32009, 400, "FAILED_PRECONDITION", "VERSION_NOT_SUPPORTED"},
    {Kind::overloaded, -32000, 429, "RESOURCE_EXHAUSTED", ""},
    {Kind::unavailable, -32603, 503, "UNAVAILABLE", ""},
};

const Row& row_of(Kind kind) { return kRows[static_cast<std::size_t>(kind)]; }

/// The machine-readable details of a failure: a list, which may be empty.
std::string details(const Fault& fault) {
  JsonWriter out;
  out.begin_array();
  if (const std::string_view reason = row_of(fault.kind).reason; !reason.empty()) {
    out.begin_object().member("@type", "type.googleapis.com/google.rpc.ErrorInfo").member("reason", reason);
    out.member("domain", "a2a-protocol.org").key("metadata").begin_object().member("timestamp", format_rfc3339(now_ms()));
    out.member_if("taskId", fault.task_id).end_object().end_object();
  }
  if (!fault.field.empty()) {
    out.begin_object().member("@type", "type.googleapis.com/google.rpc.BadRequest").key("fieldViolations").begin_array();
    out.begin_object().member("field", fault.field).member("description", fault.message).end_object().end_array().end_object();
  }
  return out.end_array().take();
}

}  // namespace

tl::unexpected<Fault> not_found(std::string_view task_id) {
  const std::string id(task_id.substr(0, 128));
  return tl::unexpected(Fault{Kind::task_not_found, "task not found: " + id, {}, id});
}

tl::unexpected<Fault> refuse(const Error& error) {
  const bool away = error.code() == Code::unavailable;
  return refuse(away ? Kind::unavailable : Kind::internal, away ? error.message() : "the server failed: " + error.message());
}

int rpc_code(Fault::Kind kind) { return row_of(kind).rpc; }
unsigned http_status(Fault::Kind kind) { return row_of(kind).http; }

std::string rpc_error(const Fault& fault) {
  JsonWriter out;
  out.begin_object().member("code", rpc_code(fault.kind)).member("message", fault.message);
  if (const std::string more = details(fault); more != "[]") out.key("data").raw(more);
  return out.end_object().take();
}

std::string http_error(const Fault& fault) {
  const Row& row = row_of(fault.kind);
  JsonWriter out;
  out.begin_object().key("error").begin_object().member("code", row.http).member("status", row.status).member("message", fault.message);
  return out.key("details").raw(details(fault)).end_object().end_object().take();
}

}  // namespace facio::serve::a2a
