// A request as text: for --dry-run, and as a command line or program of another tool for --curl.
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"

namespace facio {
namespace {

/// `text` between single quotes, with replacements for single quotes and backslashes in it.
std::string quoted(std::string_view text, std::string_view quote, std::string_view backslash = "\\") {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += quote;
    else if (c == '\\') out += backslash;
    else out += c;
  }
  return out += '\'';
}
bool is_json(const Request& request) { return request.content_type == "application/json"; }
std::string posix(std::string_view text) { return quoted(text, "'\\''"); }
std::string fish(std::string_view text) { return quoted(text, "\\'", "\\\\"); }
/// PowerShell takes U+2018 to U+201B for single quotes, too; each of them is doubled as it is.
std::string powershell(std::string_view text) {
  const std::string inner = quoted(text, "''");
  std::string out;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    out += inner[i];
    const bool is_quote = i >= 2 && inner[i - 2] == '\xe2' && inner[i - 1] == '\x80' && inner[i] >= '\x98' && inner[i] <= '\x9b';
    if (is_quote) out.append(inner, i - 2, 3);
  }
  return out;
}
/// A JSON string is also a Python string.
std::string python(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

struct Parts {
  const Request& request;
  http::Address address;
  std::string url;                ///< with secrets as ***
  std::string path;               ///< the same without scheme and authority
  http::TlsFiles tls;             ///< empty without TLS
  bool token;                     ///< whether there is one
  std::string_view token_header;  ///< "Authorization: Bearer "
  bool secret_body;               ///< the body is read from standard input
};

Result<Parts> parts_of(const Target& target, const Request& request) {
  auto address = http::parse_address(target.url);
  if (!address) return fail(std::move(address.error()));
  return Parts{.request = request,
               .address = *address,
               .url = http::masked_url(address->url_of(request.target), request, target.token),
               .path = http::masked_url(address->prefix + request.target, request, target.token),
               .tls = address->scheme == http::Scheme::tls ? target.tls : http::TlsFiles(),
               .token = !target.token.empty(),
               .token_header = target.token_header,
               .secret_body = request.has_body && (!is_json(request) || http::masked(request.body, request, target.token) != request.body)};
}

bool is_local(const Parts& parts) { return parts.address.scheme == http::Scheme::local; }
/// "Authorization" and "Bearer ".
std::string name_of(const Parts& parts) { return std::string(parts.token_header.substr(0, parts.token_header.find(':'))); }
std::string before_token(const Parts& parts) { return std::string(parts.token_header.substr(parts.token_header.find(':') + 2)); }
bool is_plain_get(const Request& request) { return request.method == "GET" && !request.has_body; }

/// The token occupies curl's standard input, so a body from the line's own comes in by another descriptor.
std::string curl(const Parts& parts, std::string (*quote)(std::string_view), std::string_view begin, std::string_view end) {
  const Request& request = parts.request;
  const bool both = parts.secret_body && parts.token;
  std::string line(both ? begin : "");
  if (parts.token) line += "printf 'header = \"" + std::string(parts.token_header) + "%s\"\\n' \"$FACIOCTL_TOKEN\" | ";
  line += "curl -sS --globoff --path-as-is";
  if (parts.token) line += " --config -";
  if (request.method == "HEAD") line += " --head";
  else if (!is_plain_get(request)) line += " -X " + quote(request.method);
  line += " -H " + quote("Accept: " + request.accept);
  for (const auto& [name, value] : request.headers) line += " -H " + quote(name + ": " + value);
  if (request.has_body) {
    line += " -H " + quote("Content-Type: " + request.content_type);
    if (parts.secret_body) line += both ? " --data-binary @/dev/fd/3" : " --data-binary @-";
    else line += " --data-raw " + quote(request.body);
  }
  if (is_local(parts)) line += " --unix-socket " + quote(parts.address.socket_path);
  if (!parts.tls.ca.empty()) line += " --cacert " + quote(parts.tls.ca);
  if (!parts.tls.cert.empty()) line += " --cert " + quote(parts.tls.cert) + " --key " + quote(parts.tls.key);
  return line + " " + quote(parts.url) + std::string(both ? end : "");
}

/// The token's header is read from a process substitution. Nobody sees the arguments of its printf, which is built into the shell.
std::string httpie(const Parts& parts) {
  const Request& request = parts.request;
  std::string line = "http --body --pretty=none --path-as-is";
  if (!parts.secret_body) line += " --ignore-stdin";
  if (!parts.tls.ca.empty()) line += " --verify " + posix(parts.tls.ca);
  if (!parts.tls.cert.empty()) line += " --cert " + posix(parts.tls.cert) + " --cert-key " + posix(parts.tls.key);
  if (request.has_body && !parts.secret_body) line += " --raw " + posix(request.body);
  line += " " + posix(request.method) + " " + posix(parts.url) + " " + posix("Accept:" + request.accept);
  if (request.has_body) line += " " + posix("Content-Type:" + request.content_type);
  for (const auto& [name, value] : request.headers) line += " " + posix(name + ":" + value);
  if (parts.token) line += " " + name_of(parts) + ":@<(printf '" + before_token(parts) + "%s' \"$FACIOCTL_TOKEN\")";
  return line;
}

std::string powershell_line(const Parts& parts) {
  const Request& request = parts.request;
  std::string line = "(Invoke-WebRequest -SkipHttpErrorCheck -MaximumRedirection 0";
  line += " -CustomMethod " + powershell(request.method) + " -Uri " + powershell(parts.url);
  line += " -Headers @{ Accept = " + powershell(request.accept);
  for (const auto& [name, value] : request.headers) line += "; " + powershell(name) + " = " + powershell(value);
  if (parts.token) line += "; '" + name_of(parts) + "' = \"" + before_token(parts) + "$env:FACIOCTL_TOKEN\"";
  line += " }";
  if (is_local(parts)) line += " -UnixSocket " + powershell(parts.address.socket_path);
  if (request.has_body) {
    line += " -ContentType " + powershell(request.content_type) + " -Body ([Text.Encoding]::UTF8.GetBytes(";
    line += parts.secret_body ? std::string("[Console]::In.ReadToEnd()") : powershell(request.body);
    line += "))";
  }
  return line + ").Content";
}

std::string python_program(const Parts& parts) {
  const Request& request = parts.request;
  const bool tls = parts.address.scheme == http::Scheme::tls;
  std::string text = "import http.client, os, socket, ssl, sys\n\n";
  if (tls) text += "context = ssl.create_default_context(" + (parts.tls.ca.empty() ? "" : "cafile=" + python(parts.tls.ca)) + ")\n";
  if (!parts.tls.cert.empty()) text += "context.load_cert_chain(" + python(parts.tls.cert) + ", " + python(parts.tls.key) + ")\n";
  text += std::string("connection = http.client.") + (tls ? "HTTPSConnection(" : "HTTPConnection(") +
          python(is_local(parts) ? "localhost" : parts.address.host_with_zone());
  if (!parts.address.port.empty()) text += ", " + parts.address.port;
  if (tls) text += ", context=context";
  text += ")\n";
  if (is_local(parts))
    text += "connection.sock = socket.socket(socket.AF_UNIX)\nconnection.sock.connect(" + python(parts.address.socket_path) + ")\n";
  text += "headers = {\"Accept\": " + python(request.accept);
  if (request.has_body) text += ", \"Content-Type\": " + python(request.content_type);
  for (const auto& [name, value] : request.headers) text += ", " + python(name) + ": " + python(value);
  text += "}\n";
  if (parts.token) text += "headers[\"" + name_of(parts) + "\"] = \"" + before_token(parts) + "\" + os.environ[\"FACIOCTL_TOKEN\"]\n";
  std::string body = "None";
  if (request.has_body) body = parts.secret_body ? "sys.stdin.buffer.read()" : python(request.body) + ".encode()";
  text += "connection.request(" + python(request.method) + ", " + python(parts.path) + ", " + body + ", headers)\n";
  return text + "sys.stdout.buffer.write(connection.getresponse().read())";
}

tl::unexpected<Error> cannot(const std::string& why) {
  return fail(Error(Code::usage, "--curl: " + why).with_field("--curl").with_hint("--curl=sh or --curl=python"));
}

}  // namespace

Result<std::string> curl_form(CurlForm form, const Target& target, const Request& request) {
  const auto parts = parts_of(target, request);
  if (!parts) return fail(parts.error());
  switch (form) {
    case CurlForm::sh: return curl(*parts, posix, "{ ", "; } 3<&0");
    case CurlForm::fish: return curl(*parts, fish, "begin; ", "; end 3<&0");
    case CurlForm::python: return python_program(*parts);
    case CurlForm::httpie:
      if (!is_local(*parts)) return httpie(*parts);
      return cannot("HTTPie cannot reach a unix socket");
    case CurlForm::powershell:
      if (parts->tls.ca.empty() && parts->tls.cert.empty()) return powershell_line(*parts);
      return cannot("PowerShell cannot be given the context's CA file or certificate on a command line");
  }
  return fail(Code::internal, "unknown form");
}

std::string curl_note(const Target& target, const Request& request) {
  const auto parts = parts_of(target, request);
  if (!parts) return {};
  std::string note;
  if (parts->url != parts->address.url_of(request.target))
    note = "the address contains a secret, shown as ***; insert it before you run the command";
  if (!parts->secret_body) return note;
  if (!note.empty()) note += "; ";
  if (!is_json(request)) return note + "the body is not in the command; give it on standard input";
  return note + "the body contains secrets and is not in the command; give it on standard input, with the secrets in place of ***: " +
         http::masked(request.body, request, target.token);
}

std::string describe_request(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  const std::string url = address ? address->url_of(request.target) : target.url + request.target;
  std::string text = request.method + " " + http::masked_url(url, request, target.token) + "\n";
  if (address && address->scheme == http::Scheme::local) text += "(over " + address->shown() + ")\n";
  if (address)
    if (const auto headers = http::headers_of(*address, request, ""))
      for (const auto& [name, value] : *headers) text += name + ": " + value + "\n";
  if (!target.token.empty()) text += std::string(target.token_header).append(kMask) + "\n";
  if (!request.has_body) return text;
  if (!is_json(request)) return text + "\n(" + std::to_string(request.body.size()) + " bytes)\n";
  const auto body = JsonDocument::parse(request.body);
  return text + "\n" + http::masked(body ? body->dump(2) : request.body, request, target.token) + "\n";
}

}  // namespace facio
