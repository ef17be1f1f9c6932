#include "commands/local/version/parts.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "licence_texts.hpp"

// Linked into a release build; absent (null) in all others. Lines, then a zero.
extern "C" const char facio_inventory[] __attribute__((weak));  // NOLINT(modernize-avoid-c-arrays)

namespace facio::version {
namespace {

/// Adds what packaging/licences/parts says about it.
void describe(Part& part) {
  for (std::string_view line : split_terminated(embedded::kParts)) {
    if (line.starts_with('#') || split_off(line, '|') != part.source) continue;
    part.name = split_off(line, '|');
    part.home = split_off(line, '|');
    part.licences = split_off(line, '|');
    part.copyright = line;
    return;
  }
  part.name = part.source;
}

Part read_part(std::string_view use, std::string_view line) {
  Part part{.use = use, .source = split_off(line, '|'), .full_version = split_off(line, '|')};
  part.package = split_off(line, ',');
  part.architecture = line;
  describe(part);
  return part;
}

}  // namespace

std::string_view Part::version() const {
  std::string_view text = full_version;
  if (const auto epoch = text.find(':'); epoch != std::string_view::npos) text.remove_prefix(epoch + 1);
  text = text.substr(0, text.rfind('-'));
  for (const std::string_view mark : {"+dfsg", "~dfsg", ".dfsg", "+ds"}) text = text.substr(0, text.find(mark));
  return text;
}

std::string Part::purl() const {
  if (package.empty()) return "pkg:generic/" + percent_encode(source);
  return "pkg:deb/debian/" + percent_encode(package) + "@" + percent_encode(full_version) + "?arch=" + std::string(architecture);
}

Result<Inventory> inventory() {
  if (facio_inventory == nullptr)
    return fail(Code::unsupported, "this build has no list of its parts", "use a release build: cmake --preset release");
  Inventory found;
  for (std::string_view line : split_terminated(facio_inventory)) {
    const std::string_view kind = split_off(line, '|');
    if (kind != "commit") {
      found.parts.push_back(read_part(kind, line));
      continue;
    }
    found.commit = split_off(line, '|');
    found.commit_date = split_off(line, '|');
    found.modified = !line.empty();
  }
  std::ranges::sort(found.parts, {}, [](const Part& part) { return std::pair(part.name, part.use); });
  return found;
}

}  // namespace facio::version
