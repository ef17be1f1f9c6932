// Every failure of client and server has one of these codes; one table gives its exit code, HTTP status and name on the wire.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace facio {

/// A class of failure. The order is that of the table in error.cpp.
enum class Code : std::uint8_t {
  ok,
  failed,
  usage,
  unauthenticated,
  forbidden,
  not_found,
  conflict,
  rejected,
  too_large,
  different,
  partial,
  unsupported,
  method_not_allowed,
  unreachable,
  timeout,
  throttled,
  server,
  internal,
  unavailable,
  upstream_failed,
  upstream_timeout,
  turn_failed,
  cancelled,
  integrity,
  undone,
  waiting,
  output,
};

struct CodeInfo {
  Code code;
  int exit;               ///< process exit code
  std::string_view name;  ///< class name in machine-readable errors of the CLI ("not-found")
  std::string_view wire;  ///< `error.code` in a reply of the server; empty: never sent
  unsigned http;          ///< HTTP status the server sends; 0: never sent
  bool retryable;         ///< trying the same again can succeed
  std::string_view when;  ///< one line for the documentation
};

const CodeInfo& info(Code code) noexcept;

/// All rows, in order of the enumeration.
std::span<const CodeInfo> code_table() noexcept;

/// The code that a reply with this HTTP status means to a client (2xx: ok; unknown 4xx: rejected; unknown 5xx: server).
Code code_of_http(unsigned status) noexcept;

/// One failure: a code, a sentence that names the thing, and what to do next. One pointer wide.
class Error {
 public:
  Error(Code code, std::string message) : detail_(new Detail{.code = code, .message = std::move(message)}) {}
  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error& other);
  Error& operator=(const Error& other);
  ~Error();

  [[nodiscard]] Code code() const noexcept { return detail_->code; }
  [[nodiscard]] const std::string& message() const noexcept { return detail_->message; }
  /// The field, flag or parameter that the failure is about; empty when there is none.
  [[nodiscard]] const std::string& field() const noexcept { return detail_->field; }
  /// The next command or step to try; empty when there is none.
  [[nodiscard]] const std::string& hint() const noexcept { return detail_->hint; }
  /// Where the failing request went; empty or 0 when nothing was sent.
  [[nodiscard]] unsigned http() const noexcept { return detail_->http; }
  [[nodiscard]] const std::string& method() const noexcept { return detail_->method; }
  [[nodiscard]] const std::string& path() const noexcept { return detail_->path; }
  [[nodiscard]] const std::string& request_id() const noexcept { return detail_->request_id; }

  Error&& with_field(std::string field) &&;
  Error&& with_hint(std::string hint) &&;
  Error&& with_http(unsigned status, std::string method, std::string path, std::string request_id) &&;

 private:
  struct Detail {
    Code code;
    unsigned http = 0;
    std::string message = {}, field = {}, hint = {}, method = {}, path = {}, request_id = {};
  };
  std::unique_ptr<Detail> detail_;
};

/// For the errno of a file's call: Code::output where the machine cannot do it now (a full or broken disk, no descriptors or memory left),
/// else Code::usage: the name that was given is the cause.
Code code_of_system(int error);
/// The system's text for an errno value: "Permission denied".
std::string system_reason(int error);

}  // namespace facio
