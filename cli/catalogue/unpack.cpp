#include "cli/catalogue/unpack.hpp"

#include <algorithm>

namespace facio {
namespace {

constexpr std::size_t kBlock = 8192;

constexpr Type kPlainTypes[] = {{Kind::string}, {Kind::integer}, {Kind::number}, {Kind::boolean},
                                {Kind::object}, {Kind::array},   {Kind::map},    {Kind::any}};

/// Takes records out of the bytes. Shapes that are referred to get their place at once and wait for their turn, so nothing here calls
/// itself deeper than records lie in records, and a shape may refer to itself.
class Unpacker {
 public:
  Unpacker(const unsigned char* bytes, Arena& arena, Shape** shapes)
      : bytes_(bytes), texts_(bytes + packed::head(bytes).texts_at), arena_(arena), shapes_(shapes) {}

  const Endpoint* endpoint(std::uint32_t record_at) {
    Endpoint* made = arena_.array<Endpoint>(1);
    next_ = bytes_ + record_at;
    record(*made);
    const std::uint32_t table = packed::head(bytes_).shapes_at;
    while (!waiting_.empty()) {
      const std::uint32_t index = waiting_.back();
      waiting_.pop_back();
      next_ = bytes_ + packed::entry<std::uint32_t>(bytes_, table, index);
      record(*shapes_[index]);
    }
    return made;
  }

 private:
  template <packed::Record R>
  void record(R& record) {
    auto changed = packed::varint<packed::Mask>(next_);
    std::apply([&](auto&... member) { ((changed & 1 ? value(member) : void(), changed >>= 1), ...); }, packed::members(record));
  }

  template <packed::Record R>
  void value(R& record) {
    this->record(record);
  }
  void value(bool& flag) { flag = !flag; }
  void value(char& letter) { letter = static_cast<char>(*next_++); }
  void value(std::uint32_t& number) { number = packed::varint(next_); }
  void value(std::string_view& text) { text = packed::text(texts_, packed::varint(next_)); }
  void value(double& number) {
    std::memcpy(&number, next_, sizeof number);
    next_ += sizeof number;
  }
  template <class E>
  requires std::is_enum_v<E>
  void value(E& enumerator) { enumerator = static_cast<E>(*next_++); }

  template <class T>
  void value(std::span<const T>& list) {
    const std::uint32_t count = packed::varint(next_);
    T* elements = arena_.array<T>(count);
    for (std::uint32_t i = 0; i < count; ++i) value(elements[i]);
    list = {elements, count};
  }

  void value(const Shape*& shape) {
    const std::uint32_t index = packed::varint(next_);
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

void* Arena::take(std::size_t size, std::size_t alignment) {
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

const Endpoint* unpack(const unsigned char* bytes, std::uint32_t record_at, Arena& arena, Shape** shapes) {
  return Unpacker(bytes, arena, shapes).endpoint(record_at);
}

}  // namespace facio
