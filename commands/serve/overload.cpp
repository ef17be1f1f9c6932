#include "commands/serve/overload.hpp"

#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::string_view kWait = "wait ", kSeconds = " s";

}  // namespace

Error overloaded(Code code, std::string message, unsigned wait_s) {
  return Error(code, std::move(message)).with_hint(std::string(kWait) + std::to_string(wait_s) + std::string(kSeconds));
}

unsigned advised_wait(const Error& error) {
  std::string_view hint = error.hint();
  unsigned seconds = 0;
  if (!hint.starts_with(kWait) || !hint.ends_with(kSeconds)) return 0;
  hint = hint.substr(kWait.size(), hint.size() - kWait.size() - kSeconds.size());
  return read_number(hint, seconds) ? seconds : 0;
}

std::string retry_after_line(const Error& error) {
  const unsigned wait_s = advised_wait(error);
  return wait_s == 0 ? std::string() : "Retry-After: " + std::to_string(wait_s) + "\r\n";
}

}  // namespace facio::serve
