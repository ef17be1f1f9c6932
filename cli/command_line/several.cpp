#include "cli/command_line/several.hpp"

#include <algorithm>

#include "cli/core/utf8.hpp"

namespace facio {

std::vector<std::string> names_with_more(const Invocation& invocation, std::string_view first, std::string_view more,
                                         std::string_view prefix) {
  std::vector<std::string> names;
  if (!first.empty()) names.emplace_back(invocation.value(first));
  if (const auto given = invocation.values.find(more); given != invocation.values.end())
    for (const std::string& name : given->second) names.push_back(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
  return names;
}

Result<int> do_each(Client& client, const std::vector<std::string>& names, std::string_view not_done,
                    const std::function<Result<int>(const std::string& name)>& one) {
  std::vector<Error> failures;
  for (const std::string& name : names) {
    auto done = one(name);
    if (done) continue;
    if (done.error().code() == Code::output) return done;
    const std::string whose = name.empty() ? "" : printable(name) + ": ";
    (void)client.streams().err.write("facioctl: " + whose + printable(done.error().message()) + "\n");
    failures.push_back(std::move(done.error()));
  }
  if (failures.empty()) return 0;
  const bool alike = failures.size() == names.size() &&
                     std::ranges::count(failures, failures.front().code(), &Error::code) == static_cast<std::ptrdiff_t>(failures.size());
  return fail(alike ? failures.front().code() : Code::partial,
              std::to_string(failures.size()) + " of " + std::to_string(names.size()) + " " + std::string(not_done));
}

}  // namespace facio
