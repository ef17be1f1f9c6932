// Where a browser comes back to after a login: an address of this machine that the command listens at for as long as it waits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/core/files.hpp"
#include "cli/core/result.hpp"

namespace facio::mcp {

class RedirectListener {
 public:
  /// `uri`: as http://127.0.0.1:8000/callback or http://localhost:8000/; empty: a free port of 127.0.0.1. Nothing for an address at which
  /// this machine does not listen: https, another host, or none of a port. Code::conflict: the port is taken.
  static Result<std::optional<RedirectListener>> open(std::string_view uri);

  [[nodiscard]] const std::string& uri() const { return uri_; }
  [[nodiscard]] int fd() const { return socket_.get(); }
  /// Takes one connection, once fd() is readable. Gives the address that a browser was sent to, if it is ours and holds this `state`;
  /// others are answered with 404. Waits for a slow one for two seconds.
  std::optional<std::string> take(std::string_view state);
  /// Answers the browser that take() returned.
  void answer(bool well, std::string_view text);

 private:
  RedirectListener(Descriptor socket, std::string uri, std::string path)
      : socket_(std::move(socket)), uri_(std::move(uri)), path_(std::move(path)) {}

  Descriptor socket_, browser_;
  std::string uri_, path_;
};

}  // namespace facio::mcp
