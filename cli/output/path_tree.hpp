// Several dotted paths as a tree, so that one walk over an object finds them all.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace facio::output {

class PathTree {
 public:
  /// `index` is where fill() puts the value at this path.
  void add(std::string_view path, std::size_t index);
  /// Puts the slices of all paths into `to`; a path that is absent leaves its place as it is. `through_arrays`: the last element
  /// that has a path gives its value.
  void fill(std::string_view value, std::span<std::string_view> to, bool through_arrays = false) const;
  /// Appends `value` with only the members on the paths, in the order they were sent; in arrays every element is treated so.
  void project(std::string_view value, std::string& to) const;

 private:
  [[nodiscard]] const PathTree* child(std::string_view raw_name) const;

  std::string name_;
  std::vector<std::size_t> ends_;  ///< paths that end here
  std::vector<PathTree> children_;
};

}  // namespace facio::output
