#include "cli/http/mask.hpp"

#include <cstring>
#include <algorithm>

#include "cli/core/json.hpp"
#include "cli/core/percent.hpp"

namespace facio::http {
namespace {

void add_spellings(std::vector<std::string>& to, std::string_view secret) {
  if (secret.empty()) return;
  std::string json;
  append_json_string(json, secret);
  to.emplace_back(secret);
  to.push_back(json.substr(1, json.size() - 2));
  to.push_back(percent_encode(secret));
}

}  // namespace

std::string masked(std::string_view text, const Request& request, const Secret& token) {
  std::vector<std::string> spellings;
  for (const std::string& secret : request.secrets) add_spellings(spellings, secret);
  add_spellings(spellings, token.reveal());
  // The longest first, so that no end of a longer secret stays.
  std::sort(spellings.begin(), spellings.end(), [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  std::string out(text);
  for (const std::string& secret : spellings)
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3)) out.replace(at, secret.size(), "***");
  for (std::string& secret : spellings) explicit_bzero(secret.data(), secret.size());
  return out;
}

}  // namespace facio::http
