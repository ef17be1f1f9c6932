// A certificate authority of the server's own, for --tls auto: who pins it needs no other.
#pragma once

#include <string>
#include <vector>

#include "cli/core/result.hpp"

namespace facio::serve {

struct Issued {
  std::string ca_file;      ///< the authority's certificate, for clients
  std::string server_file;  ///< certificate and key of the server (0600)
  bool new_authority = false;
};

/// Keeps in `directory` (0700, made if it is missing) an authority, made once, and a certificate of it that names all of `names`, which are
/// host names and numeric addresses. The certificate is made anew a month before it expires, and when a name is missing. Code::usage for a
/// bad name, Code::output when a file cannot be written, Code::unreachable without OpenSSL.
Result<Issued> keep_authority(const std::string& directory, const std::vector<std::string>& names, std::int64_t now_ms);

/// Whether it can stand in a certificate: a numeric address, or a host name in ASCII, perhaps with a first label "*".
bool is_certificate_name(const std::string& name);

}  // namespace facio::serve
