#include "commands/facio/runtime/a2a/fault.hpp"

#include "cli/core/json.hpp"
#include "cli/core/time.hpp"

namespace facio::serve::a2a {
namespace {

struct Row {
  Fault::Kind kind;
  int rpc;
  unsigned http;
  std::string_view status, reason;  ///< no reason: an error that is not the protocol's own
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

/// What programs read of a failure: a list, empty when there is nothing to tell.
std::string details(const Fault& fault) {
  std::string out = "[";
  const std::string_view reason = row_of(fault.kind).reason;
  if (!reason.empty()) {
    out += R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":")";
    out += reason;
    out += R"(","domain":"a2a-protocol.org","metadata":{"timestamp":")" + format_rfc3339(now_ms()) + "\"";
    if (!fault.task_id.empty()) {
      out += R"(,"taskId":)";
      append_json_string(out, fault.task_id);
    }
    out += "}}";
  }
  if (!fault.field.empty()) {
    if (out.size() > 1) out += ',';
    out += R"({"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":)";
    append_json_string(out, fault.field);
    out += R"(,"description":)";
    append_json_string(out, fault.message);
    out += "}]}";
  }
  return out + "]";
}

}  // namespace

Fault fault_of(const Error& error) {
  const bool away = error.code() == Code::unavailable;
  return {away ? Kind::unavailable : Kind::internal, away ? error.message() : "the server could not do it: " + error.message()};
}

int rpc_code(Fault::Kind kind) { return row_of(kind).rpc; }
unsigned http_status(Fault::Kind kind) { return row_of(kind).http; }

std::string rpc_error(const Fault& fault) {
  std::string out = R"({"code":)" + std::to_string(rpc_code(fault.kind)) + R"(,"message":)";
  append_json_string(out, fault.message);
  if (const std::string more = details(fault); more.size() > 2) out += R"(,"data":)" + more;
  return out + "}";
}

std::string http_error(const Fault& fault) {
  const Row& row = row_of(fault.kind);
  std::string out = R"({"error":{"code":)" + std::to_string(row.http) + R"(,"status":")" + std::string(row.status) + R"(","message":)";
  append_json_string(out, fault.message);
  return out + R"(,"details":)" + details(fault) + "}}";
}

}  // namespace facio::serve::a2a
