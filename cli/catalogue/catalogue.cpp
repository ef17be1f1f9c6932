// Look-up in one catalogue, and what was taken out of it.
#include "cli/catalogue/catalogue.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>

#include "cli/catalogue/unpack.hpp"

namespace facio {
namespace {

/// Compares an id with "first.second" without building it.
int compare_id(std::string_view id, std::string_view first, std::string_view second) noexcept {
  const std::string_view head = id.substr(0, first.size());
  if (const int order = head.compare(first); order != 0) return order;
  id.remove_prefix(head.size());
  if (second.empty()) return id.empty() ? 0 : 1;
  if (id.empty()) return -1;
  if (id.front() != '.') return id.front() < '.' ? -1 : 1;
  return id.substr(1).compare(second);
}

/// Compares a synonym with "first second", or with "first" when `second` is empty, without building it.
int compare_synonym(std::string_view synonym, std::string_view first, std::string_view second) noexcept {
  const std::string_view head = synonym.substr(0, first.size());
  if (const int order = head.compare(first); order != 0) return order;
  synonym.remove_prefix(head.size());
  if (synonym.empty() || second.empty()) return static_cast<int>(!synonym.empty()) - static_cast<int>(!second.empty());
  if (synonym.front() != ' ') return synonym.front() < ' ' ? -1 : 1;
  return synonym.substr(1).compare(second);
}

/// The first of `count` positions for which `compare` is not below zero.
template <class Compare>
std::size_t bisect(std::size_t count, Compare compare) noexcept {
  std::size_t low = 0;
  for (std::size_t high = count; low < high;) {
    const std::size_t middle = low + (high - low) / 2;
    if (compare(middle) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

packed::Entry entry_of(const unsigned char* bytes, std::size_t position) noexcept {
  return packed::entry<packed::Entry>(bytes, packed::head(bytes).entries_at, position);
}

std::string_view text_of(const unsigned char* bytes, std::uint32_t place) noexcept {
  return packed::text(bytes + packed::head(bytes).texts_at, place);
}

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

/// What was taken out of the bytes: it belongs to the program, as the catalogue does.
class Catalogue::Taken {
 public:
  Taken* older = nullptr;  ///< all of them are a list, which somebody who looks for leaks can see

  explicit Taken(const unsigned char* bytes)
      : bytes_(bytes),
        head_(packed::head(bytes)),
        endpoints_(null_pointers<const Endpoint>(head_.endpoints)),
        shapes_(null_pointers<Shape>(head_.shapes)) {}

  const Endpoint& endpoint(std::size_t position) {
    const std::atomic_ref place(endpoints_[position]);
    if (const Endpoint* endpoint = place.load(std::memory_order_acquire)) return *endpoint;
    const std::lock_guard lock(mutex_);
    if (place.load(std::memory_order_relaxed) == nullptr)
      place.store(unpack(bytes_, entry_of(bytes_, position).record, arena_, shapes_.get()), std::memory_order_release);
    return *place.load(std::memory_order_relaxed);
  }

  std::span<const Area> areas() {
    const std::lock_guard lock(mutex_);
    if (areas_ == nullptr) {
      areas_ = arena_.array<Area>(head_.areas);
      for (std::size_t i = 0; i < head_.areas; ++i) areas_[i] = {area_name(i), text_of(bytes_, area(i).title)};
    }
    return {areas_, head_.areas};
  }
  /// Looks at names alone, and ends with the first that fits.
  [[nodiscard]] bool has_area(std::string_view name) const {
    for (std::size_t i = 0; i < head_.areas; ++i)
      if (area_name(i) == name) return true;
    return false;
  }

 private:
  [[nodiscard]] packed::AreaEntry area(std::size_t i) const { return packed::entry<packed::AreaEntry>(bytes_, head_.areas_at, i); }
  [[nodiscard]] std::string_view area_name(std::size_t i) const { return text_of(bytes_, area(i).name); }

  const unsigned char* bytes_;
  packed::Head head_;
  std::mutex mutex_;
  Arena arena_;
  Pointers<const Endpoint> endpoints_;
  Pointers<Shape> shapes_;
  Area* areas_ = nullptr;
};

Catalogue::Taken& Catalogue::taken() const noexcept {
  if (Taken* known = taken_.load(std::memory_order_acquire)) return *known;
  auto made = std::make_unique<Taken>(bytes_);
  Taken* other = nullptr;
  if (taken_.compare_exchange_strong(other, made.get(), std::memory_order_acq_rel)) {
    static std::atomic<Taken*> newest;
    made->older = newest.exchange(made.get(), std::memory_order_acq_rel);
    return *made.release();
  }
  return *other;  // of a thread that was faster
}

std::string_view Catalogue::system() const noexcept { return text_of(bytes_, packed::head(bytes_).system); }
bool Catalogue::prefixed() const noexcept { return packed::head(bytes_).skipped != 0; }
std::size_t Catalogue::size() const noexcept { return packed::head(bytes_).endpoints; }
const Endpoint& Catalogue::at(std::size_t position) const noexcept { return taken().endpoint(position); }
std::string_view Catalogue::id_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).id); }
std::string_view Catalogue::own_id_at(std::size_t position) const noexcept { return id_at(position).substr(packed::head(bytes_).skipped); }
std::string_view Catalogue::summary_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).summary); }
std::string_view Catalogue::path_at(std::size_t position) const noexcept { return text_of(bytes_, entry_of(bytes_, position).path); }
std::span<const Area> Catalogue::areas() const noexcept { return taken().areas(); }

std::span<const std::uint16_t> Catalogue::declaration_order() const noexcept {
  const packed::Head head = packed::head(bytes_);
  return {reinterpret_cast<const std::uint16_t*>(bytes_ + head.order_at), head.endpoints};
}

const Endpoint* Catalogue::find(std::string_view first, std::string_view second) const noexcept {
  const auto compare = [&](std::size_t position) { return compare_id(own_id_at(position), first, second); };
  const std::size_t found = bisect(size(), compare);
  return found < size() && compare(found) == 0 ? &at(found) : nullptr;
}

const Endpoint* Catalogue::find(std::string_view id) const noexcept {
  if (const std::size_t skipped = packed::head(bytes_).skipped; skipped != 0) {
    if (id.size() <= skipped || id[skipped - 1] != '.' || !id.starts_with(system())) return nullptr;
    id.remove_prefix(skipped);
  }
  const auto dot = id.find('.');
  if (dot == std::string_view::npos) return find(id, {});
  return find(id.substr(0, dot), id.substr(dot + 1));
}

const Endpoint* Catalogue::find_synonym(std::string_view first, std::string_view second) const noexcept {
  const packed::Head head = packed::head(bytes_);
  const auto synonym = [&](std::size_t index) { return packed::entry<packed::Synonym>(bytes_, head.synonyms_at, index); };
  const auto compare = [&](std::size_t index) { return compare_synonym(text_of(bytes_, synonym(index).text), first, second); };
  const std::size_t found = bisect(head.synonyms, compare);
  return found < head.synonyms && compare(found) == 0 ? &at(synonym(found).position) : nullptr;
}

const Endpoint* Catalogue::find_route(Method method, std::string_view path) const noexcept {
  for (std::size_t position = 0; position < size(); ++position)
    if (path_at(position) == path && at(position).method == method) return &at(position);
  return nullptr;
}

bool Catalogue::has_area(std::string_view name) const noexcept { return taken().has_area(name); }

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
