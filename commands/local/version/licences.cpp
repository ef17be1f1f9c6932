// facioctl version --licences
#include <algorithm>

#include "cli/core/text.hpp"
#include "commands/local/version/parts.hpp"
#include "licence_texts.hpp"

namespace facio::version {
namespace {

void heading(std::string& out, std::string_view text) { out.append(text).append("\n").append(text.size(), '-').append("\n\n"); }

}  // namespace

std::string_view licence_text(std::string_view id) {
  constexpr std::string_view kHeading = "=== ";
  std::string_view rest = embedded::kTexts;
  while (!rest.empty()) {
    const std::string_view found = split_off(rest, '\n').substr(kHeading.size());
    const std::string_view text = rest.substr(0, rest.find(kHeading));
    if (found == id) return text;
    rest.remove_prefix(text.size());
  }
  return {};
}

std::vector<std::string_view> licence_ids(std::string_view expression) {
  std::vector<std::string_view> ids;
  while (!expression.empty())
    if (const std::string_view word = split_off(expression, ' '); word != "AND" && word != "WITH") ids.push_back(word);
  return ids;
}

Result<std::string> licences() {
  const auto all = inventory();
  if (!all) return fail(all.error());
  std::string out = "facioctl itself:\n\n" + std::string(embedded::kOwn) + "\nIt contains parts of these libraries:\n\n";
  std::vector<std::string_view> used;
  std::string_view last;
  for (const Part& part : all->parts) {
    if (!part.is_inside() || part.source == std::exchange(last, part.source)) continue;  // one source may be several packages
    out.append(part.name).append(" ").append(part.version()).append(" (").append(part.licences).append("), ").append(part.home);
    if (!part.copyright.empty()) out.append("\n    Copyright ").append(part.copyright);
    out += "\n";
    for (const std::string_view id : licence_ids(part.licences))
      if (std::ranges::find(used, id) == used.end() && !licence_text(id).empty()) used.push_back(id);
  }
  std::ranges::sort(used);
  for (const std::string_view id : used) {
    out += "\n\n";
    heading(out, id);
    out += licence_text(id);
  }
  return out;
}

}  // namespace facio::version
