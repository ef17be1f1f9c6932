// A request as text: for --dry-run, and as a curl command line.
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"
#include "cli/http/head.hpp"
#include "cli/http/mask.hpp"

namespace facio {
namespace {

/// One word of a POSIX shell.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out += '\'';
}

std::string method_flag(const Request& request) {
  if (request.method == "HEAD") return " --head";
  if (request.method == "GET" && !request.has_body) return "";
  return " -X " + quoted(request.method);
}

std::string url_of(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  return address ? address->url_of(request.target) : target.url + request.target;
}

bool has_secret_body(const Target& target, const Request& request) {
  return request.has_body && http::masked(request.body, request, target.token) != request.body;
}

}  // namespace

std::string curl_line(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  std::string line;
  const bool body_from_stdin = has_secret_body(target, request);
  // The token takes curl's standard input, so a body that is fed to the line goes around it by another descriptor.
  const bool both = body_from_stdin && !target.token.empty();
  if (both) line += "{ ";
  if (!target.token.empty()) line += "printf 'header = \"" + std::string(target.token_header) + "%s\"\\n' \"$FACIOCTL_TOKEN\" | ";
  line += "curl -sS --globoff --path-as-is";
  if (!target.token.empty()) line += " --config -";
  line += method_flag(request);
  line += " -H " + quoted("Accept: " + request.accept);
  if (request.has_body) {
    line += " -H 'Content-Type: application/json'";
    if (body_from_stdin) line += both ? " --data-binary @/dev/fd/3" : " --data-binary @-";
    else line += " --data-raw " + quoted(request.body);
  }
  if (address && address->scheme == http::Scheme::local) line += " --unix-socket " + quoted(address->socket_path);
  if (address && address->scheme == http::Scheme::tls && !target.ca_file.empty()) line += " --cacert " + quoted(target.ca_file);
  return line + " " + quoted(http::masked_url(url_of(target, request), request, target.token)) + (both ? "; } 3<&0" : "");
}

std::string curl_note(const Target& target, const Request& request) {
  std::string note;
  const std::string url = url_of(target, request);
  if (http::masked_url(url, request, target.token) != url)
    note = "the address holds a secret, shown as ***: put it there before you run the line";
  if (!has_secret_body(target, request)) return note;
  if (!note.empty()) note += "; ";
  return note + "the body holds secrets and is not in the line: give it on standard input, with the secrets for ***: " +
         http::masked(request.body, request, target.token);
}

std::string describe_request(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  std::string text = request.method + " " + http::masked_url(url_of(target, request), request, target.token) + "\n";
  if (address && address->scheme == http::Scheme::local) text += "(over " + address->shown() + ")\n";
  if (address) {
    if (const auto headers = http::headers_of(*address, request, ""))
      for (const auto& [name, value] : *headers) text += name + ": " + value + "\n";
  }
  if (!target.token.empty()) text += std::string(target.token_header) + "***\n";
  if (!request.has_body) return text;
  const auto body = JsonDocument::parse(request.body);
  return text + "\n" + http::masked(body ? body->dump(2) : request.body, request, target.token) + "\n";
}

}  // namespace facio
