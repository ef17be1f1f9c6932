#include "cli/catalogue/writer/pack.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <vector>

#include "cli/catalogue/packed_form.hpp"

namespace facio {
namespace {

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7f) | 0x80);
  out += static_cast<char>(value);
}

template <class T>
void put_words(std::string& out, const std::vector<T>& table) {
  out.append(reinterpret_cast<const char*>(table.data()), table.size() * sizeof(T));
}

/// Whether a member is as usual: lists are empty then.
template <class T>
bool same(std::span<const T> list, std::span<const T> /*usually*/) {
  return list.empty();
}
template <class T>
requires(!packed::Record<const T>) bool same(const T& a, const T& b) { return a == b; }
template <packed::Record R>
bool same(const R& a, const R& b) {
  return [&]<std::size_t... I>(const auto& left, const auto& right, std::index_sequence<I...>) {
    return (same(std::get<I>(left), std::get<I>(right)) && ...);
  }
  (packed::members(a), packed::members(b), std::make_index_sequence<std::tuple_size_v<decltype(packed::members(a))>>());
}

class Packer {
 public:
  Packer(std::span<const Endpoint> endpoints, std::span<const Area> areas)
      : endpoints_(endpoints), areas_(areas), order_(endpoints.size()) {
    std::iota(order_.begin(), order_.end(), std::uint16_t{0});
    std::ranges::sort(order_, {}, [this](std::uint16_t i) { return endpoints_[i].id; });
  }

  std::string pack() {
    // First what is looked at to find something, so that it lies together.
    for (const std::uint16_t i : order_) (void)text(endpoints_[i].id);
    for (const Area& area : areas_) area_entries_.push_back({text(area.name), text(area.title)});
    add_synonyms();
    for (const std::uint16_t i : order_) (void)text(endpoints_[i].summary);
    for (const std::uint16_t i : order_) add_endpoint(endpoints_[i]);
    for (std::size_t i = 0; i < shapes_.size(); ++i) {  // each may bring further ones
      shape_records_.push_back(static_cast<std::uint32_t>(records_.size()));
      record(*shapes_[i]);
    }
    system_ = text(first().system);
    return joined();
  }

 private:
  /// Where a text is among the texts; each is there once.
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
    const auto both = [&](auto&& look) {
      [&]<std::size_t... I>(const auto& left, const auto& right, std::index_sequence<I...>) {
        static_assert(sizeof...(I) <= 64);
        (look(std::get<I>(left), std::get<I>(right)), ...);
      }
      (packed::members(record), packed::members(usual), std::make_index_sequence<std::tuple_size_v<decltype(packed::members(record))>>());
    };
    both([&](const auto& member, const auto& usually) {
      if (!same(member, usually)) changed |= bit;
      bit <<= 1;
    });
    put_varint(records_, changed);
    both([&](const auto& member, const auto&) {
      if ((changed & 1) != 0) value(member);
      changed >>= 1;
    });
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

  /// Everything behind one another; what counted from the beginning of its part now counts from that of the whole.
  /// What all endpoints of a system have alike; of an empty catalogue, nothing.
  [[nodiscard]] Endpoint first() const { return endpoints_.empty() ? Endpoint{} : endpoints_.front(); }

  std::string joined() {
    packed::Head head{.mark = packed::Head::kMark,
                      .endpoints = count(entries_),
                      .synonyms = count(synonyms_),
                      .areas = count(area_entries_),
                      .shapes = count(shape_records_),
                      .system = system_,
                      .skipped = static_cast<std::uint32_t>(first().id.size() - first().own_id().size())};
    std::uint32_t end = sizeof head;
    const auto place = [&end](std::size_t bytes) {
      const std::uint32_t begin = end;
      end += static_cast<std::uint32_t>((bytes + 3) / 4 * 4);
      return begin;
    };
    head.entries_at = place(entries_.size() * sizeof(packed::Entry));
    head.synonyms_at = place(synonyms_.size() * sizeof(packed::Synonym));
    head.areas_at = place(area_entries_.size() * sizeof(packed::AreaEntry));
    head.shapes_at = place(shape_records_.size() * sizeof(std::uint32_t));
    head.order_at = place(order_.size() * sizeof(std::uint16_t));
    // Records name texts as they count among the texts: only the place of all of them is told.
    head.texts_at = place(texts_.size());
    const std::uint32_t records = place(records_.size());
    head.size = end;
    for (packed::Entry& entry : entries_) entry.record += records;
    for (std::uint32_t& shape : shape_records_) shape += records;

    std::string out(reinterpret_cast<const char*>(&head), sizeof head);
    put_words(out, entries_);
    put_words(out, synonyms_);
    put_words(out, area_entries_);
    put_words(out, shape_records_);
    put_words(out, declaration_order());
    out.resize(head.texts_at);
    out += texts_;
    out.resize(records);
    out += records_;
    out.resize(end);
    return out;
  }

  template <class T>
  static std::uint32_t count(const std::vector<T>& table) {
    return static_cast<std::uint32_t>(table.size());
  }

  /// For each declared endpoint its position in order of ids.
  [[nodiscard]] std::vector<std::uint16_t> declaration_order() const {
    std::vector<std::uint16_t> positions(order_.size());
    for (std::size_t position = 0; position < order_.size(); ++position) positions[order_[position]] = static_cast<std::uint16_t>(position);
    return positions;
  }

  std::span<const Endpoint> endpoints_;
  std::span<const Area> areas_;
  std::vector<std::uint16_t> order_;  ///< places of declaration, in order of ids
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

}  // namespace

std::string pack(std::span<const Endpoint> endpoints, std::span<const Area> areas) { return Packer(endpoints, areas).pack(); }

}  // namespace facio
