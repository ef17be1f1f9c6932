#include "cli/catalogue/catalogue.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <mutex>

#include "cli/catalogue/packed_form.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr std::size_t kBlock = 8192;

/// Compares a text with `first`, the separator and `second`, or with `first` alone when `second` is empty, without joining them.
int compare(std::string_view text, std::string_view first, char separator, std::string_view second) noexcept {
  const std::string_view head = text.substr(0, first.size());
  if (const int order = head.compare(first); order != 0) return order;
  text.remove_prefix(head.size());
  if (text.empty() || second.empty()) return static_cast<int>(!text.empty()) - static_cast<int>(!second.empty());
  if (text.front() != separator) return text.front() < separator ? -1 : 1;
  return text.substr(1).compare(second);
}

/// The position among `count` sorted ones whose text, as `text_at` gives it, is these words; nothing when there is none.
template <class TextAt>
std::optional<std::size_t> bisect(std::size_t count, std::string_view first, char separator, std::string_view second,
                                  TextAt text_at) noexcept {
  const auto order = [&](std::size_t position) { return compare(text_at(position), first, separator, second); };
  std::size_t low = 0;
  for (std::size_t high = count; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (order(middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low < count && order(low) == 0 ? std::optional(low) : std::nullopt;
}

packed::Entry entry_of(const unsigned char* bytes, std::size_t position) noexcept {
  return packed::entry<packed::Entry>(bytes, packed::head(bytes).entries_at, position);
}

packed::AreaEntry area_of(const unsigned char* bytes, std::size_t index) noexcept {
  return packed::entry<packed::AreaEntry>(bytes, packed::head(bytes).areas_at, index);
}

std::string_view text_of(const unsigned char* bytes, std::uint32_t place) noexcept {
  return packed::text(bytes + packed::head(bytes).texts_at, place);
}

/// Memory that is never given back: what is unpacked lives as long as the program.
class Arena {
 public:
  template <class T>
  T* array(std::size_t count) {
    T* first = static_cast<T*>(take(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

 private:
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

constexpr Type kPlainTypes[] = {{Kind::string}, {Kind::integer}, {Kind::number}, {Kind::boolean},
                                {Kind::object}, {Kind::array},   {Kind::map},    {Kind::any}};

/// Unpacks records. A shape that is referred to is allocated at once and filled later, so that it may refer to itself. `shapes` has a place
/// for each shape of the catalogue, null until it is unpacked.
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

  /// A chain of elements that ends in a plain type or an object.
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

struct Unmap {
  std::size_t size = 0;
  void operator()(void* memory) const { ::munmap(memory, size); }
};
template <class T>
using Pointers = std::unique_ptr<T*[], Unmap>;

/// So many null pointers. The kernel gives zeros, page by page as they are touched: how many there are costs nothing.
template <class T>
Pointers<T> null_pointers(std::size_t count) {
  const std::size_t size = (count + 1) * sizeof(T*);
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  return Pointers<T>(static_cast<T**>(memory), Unmap{size});
}

}  // namespace

/// The unpacked records of one catalogue.
class Catalogue::Unpacked {
 public:
  Unpacked* older = nullptr;  ///< all of them are linked, so that a leak checker sees them as reachable

  explicit Unpacked(const unsigned char* bytes)
      : bytes_(bytes),
        endpoints_(null_pointers<const Endpoint>(packed::head(bytes).endpoints)),
        shapes_(null_pointers<Shape>(packed::head(bytes).shapes)) {}

  const Endpoint& endpoint(std::size_t position) {
    const std::atomic_ref place(endpoints_[position]);
    if (const Endpoint* endpoint = place.load(std::memory_order_acquire)) return *endpoint;
    const std::lock_guard lock(mutex_);
    if (place.load(std::memory_order_relaxed) == nullptr)
      place.store(Unpacker(bytes_, arena_, shapes_.get()).endpoint(entry_of(bytes_, position).record), std::memory_order_release);
    return *place.load(std::memory_order_relaxed);
  }

  /// Read when somebody asks for them: finding a command takes none.
  std::span<const Area> areas() {
    const std::lock_guard lock(mutex_);
    if (areas_.empty())
      for (std::size_t i = 0; i < packed::head(bytes_).areas; ++i) {
        const packed::AreaEntry area = area_of(bytes_, i);
        areas_.push_back({text_of(bytes_, area.name), text_of(bytes_, area.title)});
      }
    return areas_;
  }

 private:
  const unsigned char* bytes_;
  std::mutex mutex_;
  Arena arena_;
  Pointers<const Endpoint> endpoints_;  ///< null until unpacked, as are the shapes
  Pointers<Shape> shapes_;
  std::vector<Area> areas_;
};

Catalogue::Unpacked& Catalogue::unpacked() const noexcept {
  if (Unpacked* known = unpacked_.load(std::memory_order_acquire)) return *known;
  auto made = std::make_unique<Unpacked>(bytes_);
  Unpacked* other = nullptr;
  if (!unpacked_.compare_exchange_strong(other, made.get(), std::memory_order_acq_rel)) return *other;  // another thread was faster
  static std::atomic<Unpacked*> newest;
  made->older = newest.exchange(made.get(), std::memory_order_acq_rel);
  return *made.release();
}

std::string_view Catalogue::system() const noexcept { return text_of(bytes_, packed::head(bytes_).system); }
bool Catalogue::prefixed() const noexcept { return packed::head(bytes_).skipped != 0; }
std::size_t Catalogue::size() const noexcept { return packed::head(bytes_).endpoints; }
const Endpoint& Catalogue::at(std::size_t position) const noexcept { return unpacked().endpoint(position); }
std::string_view Catalogue::id_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).id); }
std::string_view Catalogue::own_id_at(std::size_t position) const noexcept { return id_at(position).substr(packed::head(bytes_).skipped); }
std::string_view Catalogue::summary_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).summary); }
std::string_view Catalogue::path_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).path); }
std::span<const Area> Catalogue::areas() const noexcept { return unpacked().areas(); }

std::span<const std::uint16_t> Catalogue::declaration_order() const noexcept {
  const packed::Head head = packed::head(bytes_);
  return {reinterpret_cast<const std::uint16_t*>(bytes_ + head.order_at), head.endpoints};
}

const Endpoint* Catalogue::find(std::string_view first, std::string_view second) const noexcept {
  const auto found = bisect(size(), first, '.', second, [this](std::size_t position) { return own_id_at(position); });
  return found ? &at(*found) : nullptr;
}

const Endpoint* Catalogue::find(std::string_view id) const noexcept {
  if (const std::size_t skipped = packed::head(bytes_).skipped; skipped != 0) {
    if (id.size() <= skipped || id[skipped - 1] != '.' || !id.starts_with(system())) return nullptr;
    id.remove_prefix(skipped);
  }
  const std::string_view first = split_off(id, '.');
  return find(first, id);
}

const Endpoint* Catalogue::find_synonym(std::string_view first, std::string_view second) const noexcept {
  const packed::Head head = packed::head(bytes_);
  const auto synonym = [&](std::size_t index) { return packed::entry<packed::Synonym>(bytes_, head.synonyms_at, index); };
  const auto found = bisect(head.synonyms, first, ' ', second, [&](std::size_t index) { return text_of(bytes_, synonym(index).text); });
  return found ? &at(synonym(*found).position) : nullptr;
}

const Endpoint* Catalogue::find_route(Method method, std::string_view path) const noexcept {
  for (std::size_t position = 0; position < size(); ++position)
    if (path_at(position) == path && at(position).method == method) return &at(position);
  return nullptr;
}

bool Catalogue::has_area(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < packed::head(bytes_).areas; ++i)
    if (text_of(bytes_, area_of(bytes_, i).name) == name) return true;
  return false;
}

std::vector<const Endpoint*> Catalogue::of_area(std::string_view area) const {
  std::vector<const Endpoint*> found;
  const bool one_word = area.empty() || (prefixed() && area == system());
  for (const std::uint16_t position : declaration_order()) {
    const std::string_view own = own_id_at(position);
    const auto dot = own.find('.');
    if (dot == std::string_view::npos ? one_word || own == area : own.substr(0, dot) == area) found.push_back(&at(position));
  }
  return found;
}

std::vector<const Endpoint*> Catalogue::all() const {
  std::vector<const Endpoint*> found;
  found.reserve(size());
  for (const std::uint16_t position : declaration_order()) found.push_back(&at(position));
  return found;
}

}  // namespace facio
