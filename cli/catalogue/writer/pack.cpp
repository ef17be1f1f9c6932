#include "cli/catalogue/writer/pack.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include "cli/catalogue/packed_form.hpp"

namespace facio {
namespace {

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

/// Appends a table, filled up to whole words; gives where it begins.
template <class T>
std::uint32_t append(std::string& out, const std::vector<T>& table) {
  const std::size_t begin = out.size();
  out.append(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(T));
  out.resize((out.size() + 3) / 4 * 4);
  return static_cast<std::uint32_t>(begin);
}
std::uint32_t append(std::string& out, std::string_view bytes) { return append(out, std::vector<char>(bytes.begin(), bytes.end())); }

/// Whether a member has its default value: that of a list is empty.
template <class T>
bool same(std::span<const T> list, std::span<const T> /*usual*/) {
  return list.empty();
}
template <class T>
requires(!packed::Record<const T>) bool same(const T& a, const T& b) { return a == b; }
template <packed::Record R>
bool same(const R& a, const R& b) {
  return packed::all_members(a, b, [](const auto& left, const auto& right) { return same(left, right); });
}

class Packer {
 public:
  Packer(std::span<const Endpoint> endpoints, std::span<const Area> areas)
      : endpoints_(endpoints), areas_(areas), order_(endpoints.size()) {
    std::iota(order_.begin(), order_.end(), std::uint16_t{0});
    std::ranges::sort(order_, {}, [this](std::uint16_t i) { return endpoints_[i].id; });
  }

  std::string pack() {
    // What look-ups read comes first, so that it lies together.
    for (const std::uint16_t i : order_) (void)text(endpoints_[i].id);
    for (const Area& area : areas_) area_entries_.push_back({text(area.name), text(area.title)});
    add_synonyms();
    for (const std::uint16_t i : order_) (void)text(endpoints_[i].summary);
    for (const std::uint16_t i : order_) add_endpoint(endpoints_[i]);
    for (std::size_t i = 0; i < shapes_.size(); ++i) {  // each may refer to further ones
      shape_records_.push_back(static_cast<std::uint32_t>(records_.size()));
      record(*shapes_[i]);
    }
    system_ = text(first().system);
    return joined();
  }

 private:
  /// The offset of a text; equal texts are stored once.
  std::uint32_t text(std::string_view text) {
    const auto [found, fresh] = known_texts_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (fresh) {
      put_varint(texts_, text.size());
      texts_ += text;
    }
    return found->second;
  }

  void add_synonyms() {
    std::vector<std::pair<std::string_view, std::uint32_t>> all;
    for (std::uint32_t position = 0; position < order_.size(); ++position)
      for (const std::string_view synonym : endpoints_[order_[position]].synonyms) all.emplace_back(synonym, position);
    std::ranges::sort(all);
    for (const auto& [synonym, position] : all) synonyms_.push_back({text(synonym), position});
  }

  void add_endpoint(const Endpoint& endpoint) {
    entries_.push_back({text(endpoint.id), text(endpoint.summary), text(endpoint.path), static_cast<std::uint32_t>(records_.size())});
    record(endpoint);
  }

  template <packed::Record R>
  void record(const R& record) {
    static const R usual{};
    packed::Mask changed = 0;
    packed::Mask bit = 1;
    packed::all_members(record, usual, [&](const auto& member, const auto& usually) {
      if (!same(member, usually)) changed |= bit;
      bit <<= 1;
      return true;
    });
    put_varint(records_, changed);
    std::apply([&](const auto&... member) { (((changed & 1) != 0 ? value(member) : void(), changed >>= 1), ...); },
               packed::members(record));
  }

  template <packed::Record R>
  void value(const R& record) {
    this->record(record);
  }
  void value(const bool&) {}
  void value(const char& letter) { records_ += letter; }
  void value(const std::uint32_t& number) { put_varint(records_, number); }
  void value(const std::string_view& words) { put_varint(records_, text(words)); }
  void value(const double& number) { records_.append(reinterpret_cast<const char*>(&number), sizeof number); }
  template <class E>
  requires std::is_enum_v<E>
  void value(const E& enumerator) { records_ += static_cast<char>(enumerator); }
  template <class T>
  void value(const std::span<const T>& list) {
    put_varint(records_, list.size());
    for (const T& element : list) value(element);
  }
  void value(const Shape* const& shape) {
    const auto [found, fresh] = known_shapes_.try_emplace(shape, static_cast<std::uint32_t>(shapes_.size()));
    if (fresh) shapes_.push_back(shape);
    put_varint(records_, found->second);
  }
  void value(const Type* type) {
    for (; type != nullptr; type = type->element) {
      const unsigned marks = (type->element != nullptr ? packed::kHasElement : 0) | (type->shape != nullptr ? packed::kHasShape : 0);
      records_ += static_cast<char>(static_cast<unsigned>(type->kind) | marks);
      if (type->shape != nullptr) value(type->shape);
    }
  }

  /// Stands for what all endpoints of a system have in common.
  [[nodiscard]] Endpoint first() const { return endpoints_.empty() ? Endpoint{} : endpoints_.front(); }

  /// All parts in their order. Offsets of records are made relative to the whole once that is known.
  std::string joined() {
    packed::Head head{.mark = packed::Head::kMark,
                      .endpoints = count(entries_),
                      .synonyms = count(synonyms_),
                      .areas = count(area_entries_),
                      .shapes = count(shape_records_),
                      .system = system_,
                      .skipped = static_cast<std::uint32_t>(first().id.size() - first().own_id().size())};
    std::string out(sizeof head, '\0');
    head.entries_at = append(out, entries_);
    head.synonyms_at = append(out, synonyms_);
    head.areas_at = append(out, area_entries_);
    head.shapes_at = append(out, shape_records_);
    head.order_at = append(out, declaration_order());
    head.texts_at = append(out, texts_);
    const std::uint32_t records = append(out, records_);
    head.size = static_cast<std::uint32_t>(out.size());
    for (packed::Entry& entry : entries_) entry.record += records;
    for (std::uint32_t& shape : shape_records_) shape += records;
    std::memcpy(out.data(), &head, sizeof head);
    const auto overwrite = [&out](std::size_t at, const auto& table) {  // of which there may be nothing, and then no address
      if (!table.empty()) std::memcpy(out.data() + at, table.data(), table.size() * sizeof table[0]);
    };
    overwrite(head.entries_at, entries_);
    overwrite(head.shapes_at, shape_records_);
    return out;
  }

  template <class T>
  static std::uint32_t count(const std::vector<T>& table) {
    return static_cast<std::uint32_t>(table.size());
  }

  /// The position by id of each endpoint, in the order of declaration.
  [[nodiscard]] std::vector<std::uint16_t> declaration_order() const {
    std::vector<std::uint16_t> positions(order_.size());
    for (std::size_t position = 0; position < order_.size(); ++position) positions[order_[position]] = static_cast<std::uint16_t>(position);
    return positions;
  }

  std::span<const Endpoint> endpoints_;
  std::span<const Area> areas_;
  std::vector<std::uint16_t> order_;  ///< indices into endpoints_, in the order of ids
  std::vector<packed::Entry> entries_;
  std::vector<packed::Synonym> synonyms_;
  std::vector<packed::AreaEntry> area_entries_;
  std::vector<std::uint32_t> shape_records_;
  std::vector<const Shape*> shapes_;
  std::uint32_t system_ = 0;
  std::map<const Shape*, std::uint32_t> known_shapes_;
  std::map<std::string_view, std::uint32_t> known_texts_;
  std::string texts_;
  std::string records_;
};

/// Compares two records deeply; each pair of shapes once.
class Comparison {
 public:
  template <packed::Record R>
  bool equal(const R& a, const R& b) {
    return packed::all_members(a, b, [this](const auto& left, const auto& right) { return equal(left, right); });
  }
  template <class T>
  bool equal(std::span<const T> a, std::span<const T> b) {
    return std::ranges::equal(a, b, [this](const T& left, const T& right) { return equal(left, right); });
  }
  bool equal(const Type* a, const Type* b) {
    for (; a != nullptr && b != nullptr; a = a->element, b = b->element)
      if (a->kind != b->kind || !equal(a->shape, b->shape)) return false;
    return a == b;
  }
  bool equal(const Shape* a, const Shape* b) {
    if (a == nullptr || b == nullptr) return a == b;
    const auto [known, fresh] = partners_.try_emplace(a, b);
    return fresh ? equal(*a, *b) : known->second == b;  // the same shape must come out as one
  }
  template <class T>
  requires(!packed::Record<T>) bool equal(const T& a, const T& b) { return a == b; }

 private:
  std::map<const Shape*, const Shape*> partners_;
};

}  // namespace

std::string pack(std::span<const Endpoint> endpoints, std::span<const Area> areas) { return Packer(endpoints, areas).pack(); }

std::string_view find_difference(std::span<const Endpoint> declared, const Catalogue& packed) {
  Comparison comparison;
  for (const Endpoint& endpoint : declared)
    if (const Endpoint* found = packed.find(endpoint.id); found == nullptr || !comparison.equal(endpoint, *found)) return endpoint.id;
  return {};
}

}  // namespace facio
