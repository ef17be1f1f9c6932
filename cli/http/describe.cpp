// A request as text, for --dry-run.
#include "cli/core/json.hpp"
#include "cli/http/client.hpp"
#include "cli/http/head.hpp"
#include "cli/http/mask.hpp"

namespace facio {
namespace {

std::string url_of(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  return address ? address->url_of(request.target) : target.url + request.target;
}

}  // namespace

std::string describe_request(const Target& target, const Request& request) {
  const auto address = http::parse_address(target.url);
  std::string text = request.method + " " + http::masked_url(url_of(target, request), request, target.token) + "\n";
  if (address && address->scheme == http::Scheme::local) text += "(over " + address->shown() + ")\n";
  if (address) {
    if (const auto headers = http::headers_of(*address, request, ""))
      for (const auto& [name, value] : *headers) text += name + ": " + value + "\n";
  }
  if (!target.token.empty()) text += std::string(target.token_header).append(kMask) + "\n";
  if (!request.has_body) return text;
  const auto body = JsonDocument::parse(request.body);
  return text + "\n" + http::masked(body ? body->dump(2) : request.body, request, target.token) + "\n";
}

}  // namespace facio
