#include "commands/serve/http/answers.hpp"

#include "cli/core/json.hpp"

namespace facio::serve {

Code wire_code(Code code) {
  if (!info(code).wire.empty() && info(code).http != 0) return code;
  if (code == Code::output) return Code::unavailable;  // the disk refuses: full, broken, or no descriptor is left
  return code == Code::usage ? Code::rejected : Code::internal;
}

unsigned status_of(Code code) { return info(wire_code(code)).http; }

void begin_error(std::string& out, const Error& error) {
  out += R"({"error":{"code":")";
  out += info(wire_code(error.code())).wire;
  out += R"(","message":)";
  append_json_string(out, error.message());
}

void end_error(std::string& out, const Error& error) {
  std::string_view before = R"(,"details":{)";
  for (const auto& [name, text] : {std::pair(R"("field":)", &error.field()), std::pair(R"("hint":)", &error.hint())}) {
    if (text->empty()) continue;
    (out += before) += name;
    append_json_string(out, *text);
    before = ",";
  }
  out += before == "," ? "}}}" : "}}";
}

Answer error_answer(const Error& error) {
  Answer answer{.status = status_of(error.code())};
  begin_error(answer.body, error);
  end_error(answer.body, error);
  return answer;
}

}  // namespace facio::serve
