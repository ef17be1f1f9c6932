// Reads a catalogue in its packed form: what is asked for is taken out, once, and stays where it is as long as the program runs.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/packed_form.hpp"

namespace facio {

/// A catalogue over the bytes that the catalogue writer made, which must outlive it; any thread may ask. Made while compiling and never taken down: it
/// has neither a constructor nor a destructor that runs, and what it took out belongs to the program.
class PackedCatalogue {
 public:
  explicit constexpr PackedCatalogue(const unsigned char* bytes) noexcept : bytes_(bytes) {}
  PackedCatalogue(const PackedCatalogue&) = delete;
  PackedCatalogue& operator=(const PackedCatalogue&) = delete;

  [[nodiscard]] std::size_t size() const noexcept;
  /// The endpoint at this position in order of ids; its address never changes. Takes it out when it is asked for first, with the shapes it refers to.
  [[nodiscard]] const Endpoint& at(std::size_t position) const;

  // What is known without taking a record out.
  [[nodiscard]] std::string_view id_at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view summary_at(std::size_t position) const noexcept;
  [[nodiscard]] std::string_view path_at(std::size_t position) const noexcept;
  /// Positions in order of declaration.
  [[nodiscard]] std::span<const std::uint16_t> declaration_order() const noexcept;
  [[nodiscard]] std::size_t area_count() const noexcept;
  [[nodiscard]] Area area_at(std::size_t index) const noexcept;
  /// Position of the endpoint that has this synonym ("cron run"). Bisects.
  [[nodiscard]] std::optional<std::size_t> find_synonym(std::string_view words) const noexcept;

 private:
  struct Taken;
  const Endpoint& take(std::size_t position) const;

  const unsigned char* bytes_;
  mutable std::atomic<Taken*> taken_ = nullptr;
  mutable std::mutex mutex_;
};

}  // namespace facio
