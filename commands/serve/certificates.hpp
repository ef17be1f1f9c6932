// The certificates of `serve --tls`: from files of the user's, or of an authority of the server's own.
#pragma once

#include <memory>
#include <string>

#include "cli/core/result.hpp"
#include "commands/serve/http/tls_server.hpp"
#include "commands/serve/options.hpp"

namespace facio::serve {

class Certificates {
 public:
  /// Null without --tls. Code::usage names the file and what to do.
  static Result<std::unique_ptr<Certificates>> open(const ServeOptions& options);
  ~Certificates();

  [[nodiscard]] TlsServer& server() { return *server_; }
  /// What clients must trust; empty when they know it from elsewhere.
  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  /// What the user should know about them now; empty: nothing.
  [[nodiscard]] std::string warning() const;
  /// Reads the files again, and renews what is made here. When that fails everything stays as it was.
  Status reload();
  /// Removes what was made for this run only.
  void remove_temporary() const;
  /// Whether certificates are made here, which makes a reload() a day worth while.
  [[nodiscard]] bool renews() const { return options_.automatic; }

 private:
  Certificates(TlsOptions options, std::string directory, bool temporary);

  const TlsOptions options_;
  const std::string directory_;
  const bool temporary_;
  std::string ca_file_, cert_file_;
  std::int64_t end_ms_ = 0;  ///< when the certificate expires
  bool new_authority_ = false;
  std::unique_ptr<TlsServer> server_;
};

}  // namespace facio::serve
