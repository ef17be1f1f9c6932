#include "cli/catalogue/packed_catalogue.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <ranges>
#include <utility>
#include <vector>

namespace facio {
namespace {

constexpr Type kPlainTypes[] = {{Kind::string}, {Kind::integer}, {Kind::number}, {Kind::boolean},
                                {Kind::object}, {Kind::array},   {Kind::map},    {Kind::any}};

template <class Number = std::uint32_t>
Number varint(const unsigned char*& next) noexcept {
  Number value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const unsigned char byte = *next++;
    value |= static_cast<Number>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

std::string_view text_at(const unsigned char* texts, std::uint32_t place) noexcept {
  const unsigned char* next = texts + place;
  const std::uint32_t length = varint(next);
  return {reinterpret_cast<const char*>(next), length};
}

/// The entry `index` of a table of words or of structs of words.
template <class T>
T entry(const unsigned char* bytes, std::uint32_t table, std::size_t index) noexcept {
  T value;
  std::memcpy(&value, bytes + table + index * sizeof(T), sizeof(T));
  return value;
}

packed::Head head_of(const unsigned char* bytes) noexcept { return entry<packed::Head>(bytes, 0, 0); }
const unsigned char* texts_of(const unsigned char* bytes) noexcept { return bytes + head_of(bytes).texts_at; }
packed::Entry entry_of(const unsigned char* bytes, std::size_t position) noexcept {
  return entry<packed::Entry>(bytes, head_of(bytes).entries_at, position);
}

/// Memory in blocks that are never given back.
class Arena {
 public:
  template <class T>
  T* array(std::size_t count) {
    T* first = static_cast<T*>(take(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

 private:
  static constexpr std::size_t kBlock = 8192;

  void* take(std::size_t size, std::size_t alignment) {
    void* next = next_;
    if (next == nullptr || std::align(alignment, size, next, left_) == nullptr) {
      left_ = std::max(kBlock, size + alignment);
      blocks_.push_back(std::make_unique_for_overwrite<std::byte[]>(left_));
      next = blocks_.back().get();
      std::align(alignment, size, next, left_);
    }
    next_ = static_cast<std::byte*>(next) + size;
    left_ -= size;
    return next;
  }

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

}  // namespace

struct PackedCatalogue::Taken {
  Arena arena;
  std::atomic<const Endpoint*>* endpoints = nullptr;
  Shape** shapes = nullptr;

  explicit Taken(const packed::Head& head)
      : endpoints(arena.array<std::atomic<const Endpoint*>>(head.endpoints)), shapes(arena.array<Shape*>(head.shapes)) {}
};

namespace {

/// Takes records out of the bytes. Shapes that are referred to get their place at once and wait for their turn, so nothing here calls itself deeper than
/// records lie in records, and a shape may refer to itself.
class Unpacker {
 public:
  Unpacker(const unsigned char* bytes, Arena& arena, Shape** shapes)
      : bytes_(bytes), texts_(texts_of(bytes)), arena_(arena), shapes_(shapes) {}

  const Endpoint* endpoint(std::uint32_t record_at) {
    Endpoint* made = arena_.array<Endpoint>(1);
    next_ = bytes_ + record_at;
    record(*made);
    const std::uint32_t table = head_of(bytes_).shapes_at;
    while (!waiting_.empty()) {
      const std::uint32_t index = waiting_.back();
      waiting_.pop_back();
      next_ = bytes_ + entry<std::uint32_t>(bytes_, table, index);
      record(*shapes_[index]);
    }
    return made;
  }

 private:
  template <packed::Record R>
  void record(R& record) {
    auto changed = varint<packed::Mask>(next_);
    std::apply([&](auto&... member) { ((changed & 1 ? value(member) : void(), changed >>= 1), ...); }, packed::members(record));
  }

  template <packed::Record R>
  void value(R& record) {
    this->record(record);
  }
  void value(bool& flag) { flag = !flag; }
  void value(char& letter) { letter = static_cast<char>(*next_++); }
  void value(std::uint32_t& number) { number = varint(next_); }
  void value(std::string_view& text) { text = text_at(texts_, varint(next_)); }
  void value(double& number) {
    std::memcpy(&number, next_, sizeof number);
    next_ += sizeof number;
  }
  template <class E>
  requires std::is_enum_v<E>
  void value(E& enumerator) { enumerator = static_cast<E>(*next_++); }

  template <class T>
  void value(std::span<const T>& list) {
    const std::uint32_t count = varint(next_);
    T* elements = arena_.array<T>(count);
    for (std::uint32_t i = 0; i < count; ++i) value(elements[i]);
    list = {elements, count};
  }

  void value(const Shape*& shape) {
    const std::uint32_t index = varint(next_);
    if (shapes_[index] == nullptr) {
      shapes_[index] = arena_.array<Shape>(1);
      waiting_.push_back(index);
    }
    shape = shapes_[index];
  }

  /// A chain of elements, which ends in a plain type or an object.
  void value(const Type*& type) {
    const Type** place = &type;
    for (;;) {
      const unsigned mark = *next_++;
      if ((mark & ~packed::kKindMask) == 0) {
        *place = &kPlainTypes[mark];
        return;
      }
      Type* made = arena_.array<Type>(1);
      made->kind = static_cast<Kind>(mark & packed::kKindMask);
      *place = made;
      if ((mark & packed::kHasShape) != 0) value(made->shape);
      if ((mark & packed::kHasElement) == 0) return;
      place = &made->element;
    }
  }

  const unsigned char* bytes_;
  const unsigned char* texts_;
  const unsigned char* next_ = nullptr;
  Arena& arena_;
  Shape** shapes_;
  std::vector<std::uint32_t> waiting_;
};

}  // namespace

std::size_t PackedCatalogue::size() const noexcept { return head_of(bytes_).endpoints; }

const Endpoint& PackedCatalogue::at(std::size_t position) const {
  if (const Taken* taken = taken_.load(std::memory_order_acquire))
    if (const Endpoint* endpoint = taken->endpoints[position].load(std::memory_order_acquire)) return *endpoint;
  return take(position);
}

const Endpoint& PackedCatalogue::take(std::size_t position) const {
  const std::lock_guard lock(mutex_);
  Taken* taken = taken_.load(std::memory_order_relaxed);
  if (taken == nullptr) {
    taken = new Taken(head_of(bytes_));  // the program's, as the catalogue is
    taken_.store(taken, std::memory_order_release);
  }
  auto& place = taken->endpoints[position];
  if (const Endpoint* endpoint = place.load(std::memory_order_relaxed)) return *endpoint;  // another thread was faster
  const Endpoint* endpoint = Unpacker(bytes_, taken->arena, taken->shapes).endpoint(entry_of(bytes_, position).record);
  place.store(endpoint, std::memory_order_release);
  return *endpoint;
}

std::string_view PackedCatalogue::id_at(std::size_t position) const noexcept {
  return text_at(texts_of(bytes_), entry_of(bytes_, position).id);
}

std::string_view PackedCatalogue::summary_at(std::size_t position) const noexcept {
  return text_at(texts_of(bytes_), entry_of(bytes_, position).summary);
}

std::string_view PackedCatalogue::path_at(std::size_t position) const noexcept {
  return text_at(texts_of(bytes_), entry_of(bytes_, position).path);
}

std::span<const std::uint16_t> PackedCatalogue::declaration_order() const noexcept {
  const packed::Head head = head_of(bytes_);
  return {reinterpret_cast<const std::uint16_t*>(bytes_ + head.order_at), head.endpoints};
}

std::size_t PackedCatalogue::area_count() const noexcept { return head_of(bytes_).areas; }

Area PackedCatalogue::area_at(std::size_t index) const noexcept {
  const auto area = entry<packed::AreaEntry>(bytes_, head_of(bytes_).areas_at, index);
  return {text_at(texts_of(bytes_), area.name), text_at(texts_of(bytes_), area.title)};
}

std::optional<std::size_t> PackedCatalogue::find_synonym(std::string_view words) const noexcept {
  const packed::Head head = head_of(bytes_);
  const auto synonym = [&](std::uint32_t index) { return entry<packed::Synonym>(bytes_, head.synonyms_at, index); };
  const auto all = std::views::iota(std::uint32_t{0}, head.synonyms);
  const auto found =
      std::ranges::partition_point(all, [&](std::uint32_t index) { return text_at(texts_of(bytes_), synonym(index).text) < words; });
  if (found == all.end() || text_at(texts_of(bytes_), synonym(*found).text) != words) return std::nullopt;
  return synonym(*found).position;
}

}  // namespace facio
