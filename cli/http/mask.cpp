#include "cli/http/mask.hpp"

#include <algorithm>
#include <cstring>

#include "cli/core/json.hpp"
#include "cli/core/percent.hpp"
#include "cli/core/secret.hpp"

namespace facio::http {
namespace {

constexpr std::size_t kShort = 4;

/// The secrets of one request in the spellings that a text can have them; zeroed at the end.
class Spellings {
 public:
  Spellings(const Request& request, const Secret& token) {
    for (const std::string& secret : request.secrets) add(secret);
    add(token.reveal());
    // The longest first, so that no end of a longer secret stays.
    const auto longer = [](const std::string& a, const std::string& b) { return a.size() > b.size(); };
    std::ranges::sort(anywhere, longer);
    std::ranges::sort(whole, longer);
  }
  Spellings(const Spellings&) = delete;
  Spellings& operator=(const Spellings&) = delete;
  ~Spellings() {
    for (auto* list : {&anywhere, &whole})
      for (std::string& text : *list) explicit_bzero(text.data(), text.size());
  }

  std::vector<std::string> anywhere;  ///< long enough to be hidden wherever they stand
  std::vector<std::string> whole;     ///< short ones, as they are

 private:
  void add(std::string_view secret) {
    if (secret.empty()) return;
    if (secret.size() < kShort) return whole.emplace_back(secret), void();
    std::string json;
    append_json_string(json, secret);
    anywhere.emplace_back(secret);
    anywhere.push_back(json.substr(1, json.size() - 2));
    anywhere.push_back(percent_encode(secret));
  }
};

void hide_anywhere(std::string& text, const Spellings& spellings) {
  for (const std::string& secret : spellings.anywhere)
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size()))
      text.replace(at, secret.size(), kMask);
}

/// Whether what follows makes the string before it the name of a member.
bool is_name(std::string_view rest) {
  const auto next = rest.find_first_not_of(" \t\r\n");
  return next != std::string_view::npos && rest[next] == ':';
}

}  // namespace

std::string masked(std::string_view text, const Request& request, const Secret& token) {
  const Spellings spellings(request, token);
  std::string out(text);
  hide_anywhere(out, spellings);
  for (const std::string& secret : spellings.whole) {
    std::string string;
    append_json_string(string, secret);
    for (auto at = out.find(string); at != std::string::npos; at = out.find(string, at + 1))
      if (!is_name(std::string_view(out).substr(at + string.size()))) out.replace(at + 1, string.size() - 2, kMask);
  }
  return out;
}

std::string masked_url(std::string_view url, const Request& request, const Secret& token) {
  const Spellings spellings(request, token);
  std::string out(url);
  hide_anywhere(out, spellings);
  for (const std::string& secret : spellings.whole) {
    const std::string part = percent_encode(secret);
    for (auto at = out.find(part, 1); at != std::string::npos; at = out.find(part, at + 1)) {
      const auto end = at + part.size();
      const bool begins = out[at - 1] == '/' || out[at - 1] == '=';
      const bool ends = end == out.size() || out[end] == '/' || out[end] == '?' || out[end] == '&';
      if (begins && ends) out.replace(at, part.size(), kMask);
    }
  }
  return out;
}

}  // namespace facio::http
