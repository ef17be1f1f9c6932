#include "cli/files/hidden_places.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "cli/core/text.hpp"

namespace facio {
namespace {

struct FreeText {
  void operator()(char* text) const { std::free(text); }  // NOLINT: made by realpath()
};

/// Without links; empty when there is nothing.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, FreeText> found(::realpath(path.c_str(), nullptr));
  return found ? std::string(found.get()) : std::string();
}

}  // namespace

bool is_operators_file(std::string_view name) {
  return std::ranges::any_of(kOperatorsFiles, [name](std::string_view file) {
    return std::ranges::equal(file, name, [](char a, char b) { return a == lower(b); });
  });
}

std::vector<HiddenPlaces::Identity> HiddenPlaces::identities() const {
  std::vector<Identity> found;
  struct stat about {};
  for (const std::string& path : paths_)
    if (::stat(path.c_str(), &about) == 0) found.emplace_back(about.st_dev, about.st_ino);
  return found;
}

bool HiddenPlaces::hides(const struct stat& found) const {
  const auto all = identities();
  return std::ranges::find(all, Identity(found.st_dev, found.st_ino)) != all.end();
}

std::vector<HiddenPlaces::Place> HiddenPlaces::below(const std::string& directory) const {
  std::vector<Place> places;
  std::string top = real_path(directory);
  if (top.empty()) return places;
  if (top != "/") top += '/';
  for (const std::string& path : paths_) {
    const std::string real = real_path(path);
    struct stat about {};
    if (!real.starts_with(top) || ::stat(real.c_str(), &about) != 0) continue;
    const bool is_directory = S_ISDIR(about.st_mode);
    places.push_back({.path = real.substr(top.size()), .directory = is_directory, .other_names = !is_directory && about.st_nlink > 1});
  }
  for (Place& place : places)
    place.within =
        std::ranges::any_of(places, [&place](const Place& other) { return other.directory && place.path.starts_with(other.path + "/"); });
  return places;
}

}  // namespace facio
