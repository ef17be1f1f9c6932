#include "cli/core/json_tree.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <vector>

namespace facio {
namespace {

using Tree = nlohmann::ordered_json;
using TreeMembers = Tree::object_t;

constexpr int kMostLevels = 64;
constexpr std::size_t kFewMembers = 16;  ///< compared with one another while they come
constexpr int kOutOfRange = 406;         ///< the library's number for a number that is too large

/// "line 3, column 7" of a byte offset.
std::string position(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto start = before.rfind('\n');
  const auto column = offset - (start == std::string_view::npos ? 0 : start + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(std::max<std::size_t>(column, 1));
}

/// How many levels deep a text is nested, found without building anything.
int depth_of(std::string_view text) {
  int depth = 0;
  int most = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      most = std::max(most, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return most;
}

/// Leaves one member of each name.
void merge_repeated(TreeMembers::Container& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) -> const std::string& { return members[i].first; });
  std::vector<bool> dropped(members.size());
  bool repeated = false;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    for (; end < order.size() && members[order[end]].first == members[order[begin]].first; ++end) dropped[order[end]] = true;
    if (end - begin > 1) {
      members[order[begin]].second = std::move(members[order[end - 1]].second);
      repeated = true;
    }
    begin = end;
  }
  if (!repeated) return;
  TreeMembers::Container kept;
  for (std::size_t i = 0; i < members.size(); ++i)
    if (!dropped[i]) kept.emplace_back(members[i].first, std::move(members[i].second));
  members = std::move(kept);
}

/// What the library's reader calls as it goes. A value's place stays where it is until the value is whole: only the innermost open array
/// or object grows.
class Builder {
 public:
  explicit Builder(Tree& root) : root_(root) {}

  bool null() { return put(nullptr) != nullptr; }
  bool boolean(bool value) { return put(value) != nullptr; }
  bool number_integer(Tree::number_integer_t value) { return put(value) != nullptr; }
  bool number_unsigned(Tree::number_unsigned_t value) { return put(value) != nullptr; }
  bool number_float(Tree::number_float_t value, const std::string&) { return put(value) != nullptr; }
  bool string(std::string& text) { return put(std::move(text)) != nullptr; }
  static bool binary(Tree::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(Tree::object()); }
  bool start_array(std::size_t) { return open(Tree::array()); }
  bool key(std::string& name) {
    auto& members = open_.back()->get_ref<TreeMembers&>();
    place_ = nullptr;
    if (members.size() <= kFewMembers)
      for (auto& [known, value] : members)
        if (known == name) place_ = &value;
    if (place_ == nullptr) place_ = &members.emplace_back(std::move(name), nullptr).second;
    return true;
  }
  bool end_object() {
    auto& members = open_.back()->get_ref<TreeMembers&>();
    if (members.size() > kFewMembers) merge_repeated(members);
    open_.pop_back();
    return true;
  }
  bool end_array() {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception& error) {
    failed_at = at;
    out_of_range = error.id == kOutOfRange;
    return false;
  }

  std::size_t failed_at = 0;
  bool out_of_range = false;

 private:
  Tree* put(Tree value) {
    Tree* place = open_.empty() ? &root_ : place_;
    if (!open_.empty() && open_.back()->is_array()) place = &open_.back()->get_ref<Tree::array_t&>().emplace_back();
    *place = std::move(value);
    return place;
  }
  bool open(Tree container) {
    open_.push_back(put(std::move(container)));
    return true;
  }

  Tree& root_;
  std::vector<Tree*> open_;
  Tree* place_ = nullptr;  ///< of the member whose name came last
};

}  // namespace

Status parse_json_tree(std::string_view text, Tree& tree) {
  if (depth_of(text) > kMostLevels) return fail(Code::rejected, "JSON is nested deeper than " + std::to_string(kMostLevels) + " levels");
  Builder builder(tree);
  if (Tree::sax_parse(text, &builder)) return {};
  if (builder.out_of_range) return fail(Code::rejected, "malformed JSON: a number is out of range");
  return fail(Code::rejected, "malformed JSON at " + position(text, builder.failed_at));
}

}  // namespace facio
