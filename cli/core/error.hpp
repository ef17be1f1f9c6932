// What can go wrong, once: every failure of client and server is one of these codes, and one table gives
// its exit code, its HTTP status and its name on the wire.
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
  cancelled,
  integrity,
  rolled_back,
  output,
};

/// One row of the code table.
struct CodeInfo {
  Code code;
  int exit;               ///< process exit code
  std::string_view name;  ///< class name in machine-readable errors of the CLI ("not-found")
  std::string_view wire;  ///< `error.code` in a reply of the server; empty: never sent
  unsigned http;          ///< HTTP status the server sends; 0: never sent
  bool retryable;         ///< trying the same again can succeed
  std::string_view when;  ///< one line for the documentation
};

/// The row of a code.
const CodeInfo& info(Code code) noexcept;

/// All rows, in order of the enumeration.
std::span<const CodeInfo> code_table() noexcept;

/// The code that a reply with this HTTP status means to a client (2xx: ok; unknown 4xx: rejected; unknown 5xx: server).
Code code_of_http(unsigned status) noexcept;

/// One failure: a code, a sentence that names the thing, and what to do next. One pointer wide; move-only.
class Error {
 public:
  Error(Code code, std::string message);
  Error(Error&&) noexcept;
  Error& operator=(Error&&) noexcept;
  Error(const Error& other);
  Error& operator=(const Error& other);
  ~Error();

  [[nodiscard]] Code code() const noexcept;
  [[nodiscard]] const std::string& message() const noexcept;
  /// The field, flag or parameter the failure is about; empty when there is none.
  [[nodiscard]] const std::string& field() const noexcept;
  /// The next command or step to try; empty when there is none.
  [[nodiscard]] const std::string& hint() const noexcept;
  /// Where the failing request went; empty / 0 when nothing was sent.
  [[nodiscard]] unsigned http() const noexcept;
  [[nodiscard]] const std::string& method() const noexcept;
  [[nodiscard]] const std::string& path() const noexcept;
  [[nodiscard]] const std::string& request_id() const noexcept;

  Error&& with_field(std::string field) &&;
  Error&& with_hint(std::string hint) &&;
  Error&& with_http(unsigned status, std::string method, std::string path, std::string request_id) &&;

 private:
  struct Detail;
  std::unique_ptr<Detail> detail_;
};

/// What the system's error number means: "Permission denied".
std::string system_reason(int error);

}  // namespace facio
