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

}  // namespace

std::string curl_line(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  std::string line;
  if (!target.token.empty()) line += "printf 'header = \"Authorization: Bearer %s\"\\n' \"$FACIOCTL_TOKEN\" | ";
  line += "curl -sS --globoff --path-as-is";
  if (!target.token.empty()) line += " --config -";
  line += method_flag(request);
  line += " -H " + quoted("Accept: " + request.accept);
  if (request.has_body) {
    line += " -H 'Content-Type: application/json'";
    line += " --data-raw " + quoted(http::masked(request.body, request, target.token));
  }
  if (address && address->scheme == http::Scheme::local) line += " --unix-socket " + quoted(address->socket_path);
  if (address && address->scheme == http::Scheme::tls && !target.ca_file.empty()) line += " --cacert " + quoted(target.ca_file);
  const std::string url = address ? address->url_of(request.target) : target.url + request.target;
  return line + " " + quoted(http::masked(url, request, target.token));
}

std::string describe_request(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  std::string text = request.method + " " + (address ? address->url_of(request.target) : target.url + request.target) + "\n";
  if (address && address->scheme == http::Scheme::local) text += "(over " + address->shown() + ")\n";
  if (address) {
    if (const auto headers = http::headers_of(*address, request, ""))
      for (const auto& [name, value] : *headers) text += name + ": " + value + "\n";
  }
  text = http::masked(text, request, target.token);
  if (!target.token.empty()) text += "Authorization: Bearer ***\n";
  if (!request.has_body) return text;
  const auto body = JsonDocument::parse(request.body);
  return text + "\n" + http::masked(body ? body->dump(2) : request.body, request, target.token) + "\n";
}

}  // namespace facio
