// Takes records out of a catalogue's packed form.
#pragma once

#include <memory>
#include <vector>

#include "cli/catalogue/packed_form.hpp"

namespace facio {

/// Memory in blocks that are given back together.
class Arena {
 public:
  template <class T>
  T* array(std::size_t count) {
    T* first = static_cast<T*>(take(count * sizeof(T), alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

 private:
  void* take(std::size_t size, std::size_t alignment);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

/// The record at `record_at`, with all shapes that it refers to; `shapes` has a place for each shape, empty as long as it was not taken
/// out.
const Endpoint* unpack(const unsigned char* bytes, std::uint32_t record_at, Arena& arena, Shape** shapes);

}  // namespace facio
