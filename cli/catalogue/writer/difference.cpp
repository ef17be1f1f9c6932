#include "cli/catalogue/writer/difference.hpp"

#include <map>

#include "cli/catalogue/packed_form.hpp"

namespace facio {
namespace {

/// Walks two records side by side; a pair of shapes is walked once.
class Comparison {
 public:
  template <packed::Record R>
  bool equal(const R& a, const R& b) {
    return [&]<std::size_t... I>(const auto& left, const auto& right, std::index_sequence<I...>) {
      return (equal(std::get<I>(left), std::get<I>(right)) && ...);
    }
    (packed::members(a), packed::members(b), std::make_index_sequence<std::tuple_size_v<decltype(packed::members(a))>>());
  }
  template <class T>
  bool equal(std::span<const T> a, std::span<const T> b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!equal(a[i], b[i])) return false;
    return true;
  }
  bool equal(const Type* a, const Type* b) {
    for (; a != nullptr && b != nullptr; a = a->element, b = b->element)
      if (a->kind != b->kind || !equal(a->shape, b->shape)) return false;
    return a == b;
  }
  bool equal(const Shape* a, const Shape* b) {
    if (a == nullptr || b == nullptr) return a == b;
    const auto [known, fresh] = partners_.try_emplace(a, b);
    return fresh ? equal(*a, *b) : known->second == b;  // one shape comes out as one
  }
  template <class T>
  requires(!packed::Record<T>) bool equal(const T& a, const T& b) { return a == b; }

 private:
  std::map<const Shape*, const Shape*> partners_;
};

}  // namespace

std::string_view find_difference(std::span<const Endpoint> declared, const Catalogue& packed) {
  Comparison comparison;
  for (const Endpoint& endpoint : declared)
    if (const Endpoint* found = packed.find(endpoint.id); found == nullptr || !comparison.equal(endpoint, *found)) return endpoint.id;
  return {};
}

}  // namespace facio
