#include "commands/serve/http/answers.hpp"

#include "cli/core/json.hpp"

namespace facio::serve {

Code wire_code(Code code) {
  if (!info(code).wire.empty() && info(code).http != 0) return code;
  return code == Code::usage ? Code::rejected : Code::internal;
}

unsigned status_of(Code code) { return info(wire_code(code)).http; }

namespace {

/// What clients of the OpenAI interface call a failure.
std::string_view openai_type(unsigned status) {
  switch (status) {
    case 401: return "authentication_error";
    case 403: return "permission_error";
    case 404: return "not_found_error";
    case 429: return "rate_limit_error";
    default: return status < 500 ? "invalid_request_error" : "server_error";
  }
}

}  // namespace

Answer error_answer(const Error& error, Surface surface) {
  Answer answer;
  const CodeInfo& row = info(wire_code(error.code()));
  answer.status = row.http;
  std::string& out = answer.body;
  out += R"({"error":{"code":")";
  out += row.wire;
  out += R"(","message":)";
  append_json_string(out, error.message());
  if (surface == Surface::openai) {
    out += R"(,"type":")";
    out += openai_type(row.http);
    out += R"(","param":)";
    if (error.field().empty()) out += "null";
    else append_json_string(out, error.field());
  }
  if (!error.field().empty() || !error.hint().empty()) {
    out += R"(,"details":{)";
    if (!error.field().empty()) {
      out += R"("field":)";
      append_json_string(out, error.field());
    }
    if (!error.hint().empty()) {
      out += error.field().empty() ? R"("hint":)" : R"(,"hint":)";
      append_json_string(out, error.hint());
    }
    out += '}';
  }
  out += "}}";
  return answer;
}

}  // namespace facio::serve
